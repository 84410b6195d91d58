//! The output of `--list-models`.

use anyhow::Result;
use serde_json::{Value as Json, json};

use super::catalog::Catalog;
use super::flags::Listing;
use crate::model::{Model, Output};

/// Width of a terminal, in characters.
const WIDTH: usize = 80;
const GAP: &str = "  ";

/// Lists all models that have a name.
pub fn list(catalog: &Catalog, listing: Listing) -> Result<String> {
    let models = catalog.names().into_iter().map(|name| {
        let model = catalog.load(&name)?;
        Ok((name, model))
    });
    let models = models.collect::<Result<Vec<_>>>()?;
    Ok(match listing {
        Listing::Screen => screen(&models),
        Listing::Tsv => tsv(&models),
        Listing::Json => {
            let models: Vec<_> = models
                .iter()
                .map(|(name, model)| entry(name, model))
                .collect();
            format!("{:#}\n", Json::from(models))
        }
    })
}

/// Aligned columns; the last one is wrapped.
fn screen(models: &[(String, Model)]) -> String {
    let titles = ["name", "task", "window", "step", "strand"].map(str::to_owned);
    let mut rows = vec![(titles, vec!["labels"])];
    for (name, model) in models {
        let contract = &model.contract;
        let cells = [
            name.clone(),
            contract.task.to_string(),
            contract.window.to_string(),
            contract.step.to_string(),
            contract.strand.to_string(),
        ];
        rows.push((cells, contract.labels.iter().map(String::as_str).collect()));
    }
    let widths: [usize; 5] = std::array::from_fn(|column| {
        let widths = rows.iter().map(|(cells, _)| cells[column].chars().count());
        widths.max().unwrap_or(0)
    });
    let left = widths.iter().map(|width| width + GAP.len()).sum::<usize>();
    let mut text = String::new();
    for (cells, labels) in rows {
        for (cell, width) in cells.iter().zip(widths) {
            text.push_str(&format!("{cell:width$}{GAP}"));
        }
        let mut at = left;
        for (number, label) in labels.iter().enumerate() {
            if number > 0 && at + 1 + label.len() > WIDTH {
                text.push_str(&format!("\n{:left$}", ""));
                at = left;
            } else if number > 0 {
                text.push(' ');
                at += 1;
            }
            text.push_str(label);
            at += label.len();
        }
        text.push('\n');
    }
    text
}

/// A table with a row for each label.
fn tsv(models: &[(String, Model)]) -> String {
    let mut text = "model\tlabel\ttask\twindow\tstep\tstrand\toutput\tthreshold\tbackground\t\
                    assembly\tlicense\tsha256\torigin\n"
        .to_owned();
    for (name, model) in models {
        let contract = &model.contract;
        for (label, threshold) in contract.labels.iter().zip(&contract.threshold) {
            let cells = [
                name.clone(),
                label.clone(),
                contract.task.to_string(),
                contract.window.to_string(),
                contract.step.to_string(),
                contract.strand.to_string(),
                kind(model).to_owned(),
                threshold.to_string(),
                has_background(model).to_string(),
                contract.assembly.clone(),
                contract.license.clone(),
                model.sha256.clone(),
                model.origin.clone(),
            ];
            let cells = cells.map(|cell| cell.replace(char::is_control, " "));
            text.push_str(&format!("{}\n", cells.join("\t")));
        }
    }
    text
}

fn entry(name: &str, model: &Model) -> Json {
    let contract = &model.contract;
    let labels = contract.labels.iter().zip(&contract.threshold);
    let labels = labels.map(|(label, threshold)| json!({ "label": label, "threshold": threshold }));
    json!({
        "model": name,
        "task": contract.task.to_string(),
        "window": contract.window,
        "step": contract.step,
        "strand": contract.strand.to_string(),
        "output": kind(model),
        "background": has_background(model),
        "assembly": contract.assembly,
        "license": contract.license,
        "sha256": model.sha256,
        "origin": model.origin,
        "labels": labels.collect::<Vec<_>>(),
    })
}

fn kind(model: &Model) -> &'static str {
    match model.contract.output {
        Output::Logit => "logit",
        Output::Value => "value",
    }
}

fn has_background(model: &Model) -> bool {
    !model.contract.background.is_empty()
}
