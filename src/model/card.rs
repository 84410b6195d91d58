//! The card of a model as Markdown, from the metadata of its file.

use serde_json::Value as Json;

use super::{CallShape, Model, Output, Shape};

/// The card of a model.
pub fn card(model: &Model) -> String {
    let contract = &model.contract;
    let mut text = format!(
        "# {}\n\n{}\n",
        contract.name,
        paragraph(&contract.description)
    );
    text.push_str("\n| | |\n|---|---|\n");
    for (key, value) in facts(model) {
        text.push_str(&format!("| {key} | {} |\n", cell(&value)));
    }
    for table in contract.metrics["tables"].as_array().into_iter().flatten() {
        text.push_str(&metrics_table(table));
    }
    for words in contract.metrics["text"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
    {
        text.push_str(&format!("\n{}\n", paragraph(words)));
    }
    text
}

fn facts(model: &Model) -> Vec<(&'static str, String)> {
    let contract = &model.contract;
    // A contract that was read has one threshold, calibration and background a label, and a
    // calibration has a knot.
    let per_label = |value: &dyn Fn(usize) -> String| {
        (0..contract.labels.len())
            .map(value)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let calls = match contract.calls {
        CallShape::Point => format!("the best base within {} bases", contract.distance),
        CallShape::Region => {
            format!("windows at most {} bases apart, merged", contract.distance)
        }
    };
    let output = match contract.output {
        Output::Logit => "logit, calibrated to a probability",
        Output::Value => "predicted value",
    };
    let shape = match model.shape {
        Shape::Dense => "a stretch of any length at once",
        Shape::Window => "one window at a time",
    };
    let mut facts = vec![
        ("task", contract.task.to_string()),
        ("labels", contract.labels.join(", ")),
        ("window", format!("{} bases", contract.window)),
        ("step", format!("{} bases", contract.step)),
        (
            "reported base",
            format!("{} (0-based, in the window)", contract.anchor),
        ),
        ("strands", contract.strand.to_string()),
        ("scores", shape.to_owned()),
        ("output", output.to_owned()),
        ("call", calls),
        (
            "default --min-score",
            per_label(&|label| contract.threshold[label].to_string()),
        ),
    ];
    if contract.output == Output::Logit {
        let range = |label: usize| {
            let knots = contract.calibration[label].knots();
            format!("{:.4} to {:.4}", knots[0].1, knots[knots.len() - 1].1)
        };
        facts.push(("range of probabilities", per_label(&range)));
    }
    if !contract.background.is_empty() {
        let reached = |share: f64| {
            per_label(&|label| format!("{:.3}", contract.background[label].raw_at(share)))
        };
        facts.extend([
            ("output that one position in 1,000 reaches", reached(1e-3)),
            (
                "output that one position in 1,000,000 reaches",
                reached(1e-6),
            ),
        ]);
    }
    facts.extend([
        ("assembly", contract.assembly.clone()),
        ("trained on", contract.trained_on.clone()),
        ("recipe", contract.recipe.clone()),
        ("seed", contract.seed.clone()),
        ("license", contract.license.clone()),
        ("SHA-256", model.sha256.clone()),
    ]);
    facts
}

fn metrics_table(table: &Json) -> String {
    let row = |cells: &Json| {
        let cells = cells
            .as_array()
            .into_iter()
            .flatten()
            .map(|value| match value {
                Json::String(words) => cell(words),
                other => cell(&other.to_string()),
            });
        cells.collect::<Vec<_>>().join(" | ")
    };
    let columns = table["columns"].as_array().map_or(0, Vec::len);
    let mut text = String::new();
    if let Some(title) = table["title"].as_str() {
        text.push_str(&format!("\n## {}\n", line(title)));
    }
    text.push_str(&format!(
        "\n| {} |\n|{}\n",
        row(&table["columns"]),
        "---|".repeat(columns)
    ));
    for cells in table["rows"].as_array().into_iter().flatten() {
        text.push_str(&format!("| {} |\n", row(cells)));
    }
    if let Some(note) = table["note"].as_str() {
        text.push_str(&format!("\n{}\n", paragraph(note)));
    }
    text
}

fn cell(text: &str) -> String {
    line(text).replace('|', r"\|")
}

/// Text on one line, without control characters.
fn line(text: &str) -> String {
    text.split(char::is_control)
        .collect::<Vec<_>>()
        .join(" ")
        .trim()
        .to_owned()
}

/// Text without control characters but for ends of lines.
fn paragraph(text: &str) -> String {
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_table_of_figures_becomes_markdown() {
        let table = json!({
            "title": "Held out", "columns": ["set", "AP"], "rows": [["a|b", 0.5]], "note": "Both."
        });
        assert_eq!(
            metrics_table(&table),
            "\n## Held out\n\n| set | AP |\n|---|---|\n| a\\|b | 0.5 |\n\nBoth.\n"
        );
    }

    #[test]
    fn a_card_sends_no_escape_to_the_terminal() {
        assert_eq!(line("a\u{1b}[2Jb\nc"), "a [2Jb c");
        assert_eq!(paragraph("one\ntwo\u{7}"), "one\ntwo");
    }
}
