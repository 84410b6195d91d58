//! The trained network as a model file of the contract, proved equal to the tch forward pass.

use std::path::Path;

use anyhow::Result;
use serde_json::{Value, json};
use windrow::model::{self, Calibration, Contract, Strandedness};

use crate::bases::UNKNOWN;
use crate::data::windows::parts::SplitWindows;
use crate::export::about;
use crate::export::file;
use crate::export::parity::PROVED;
use crate::figures::windows::calls::Found;
use crate::figures::windows::result::WindowsResult;
use crate::metrics::figures::{Column, columns};
use crate::net::network::Network;
use crate::recipe::windows::WindowsRecipe;
use crate::recipe::windows::along::{Along, AlongStretch};
use crate::recipe::windows::card::{Output, StrandRule};
use crate::recipe::windows::source::Part;

/// Writes the model and proves it; `result` is what its card says.
pub fn export(
    data: &SplitWindows,
    network: &Network,
    result: &WindowsResult,
    path: &Path,
) -> Result<()> {
    let examples = data.parts[Part::Validation as usize].iter();
    let windows = examples
        .map(|e| e.window(data.window, 0))
        .filter(|w| !w.contains(&UNKNOWN));
    let windows = windows.take(PROVED).collect();
    let contract = contract(data.recipe, result)?;
    file::write(network, &network.graph, &contract, windows, path)
}

fn contract(recipe: &WindowsRecipe, result: &WindowsResult) -> Result<Contract> {
    let card = &recipe.model;
    let origin = &result.provenance;
    let evaluation = &result.evaluation;
    let threshold = evaluation.threshold.iter();
    let calibration = evaluation.calibration.iter().cloned().map(Calibration::new);
    Ok(Contract {
        name: origin.name.clone(),
        task: file::stated("task", &card.task)?,
        labels: card.labels.clone(),
        window: result.window,
        step: 1,
        anchor: result.anchor,
        strand: match card.strand {
            StrandRule::Stranded => Strandedness::Stranded,
            StrandRule::Symmetric => Strandedness::Symmetric,
        },
        output: match card.output {
            Output::Logit => model::Output::Logit,
            Output::Value => model::Output::Value,
        },
        calls: file::stated("calls", &card.calls)?,
        distance: card.distance,
        calibration: calibration.collect::<Result<_, _>>()?,
        threshold: threshold
            .map(|t| ((t * 1e4).round() / 1e4) as f32)
            .collect(),
        background: Vec::new(),
        assembly: card.assembly.clone(),
        trained_on: card.trained_on.clone(),
        license: card.license.clone(),
        recipe: origin.recipe_line(),
        seed: origin.seed.to_string(),
        metrics: metrics(recipe, result),
        description: card.description.clone(),
    })
}

fn metrics(recipe: &WindowsRecipe, result: &WindowsResult) -> Value {
    let cost = if result.dense {
        "a base and strand"
    } else {
        "a window"
    };
    let mut text = vec![format!(
        "{} parameters, {} kFLOP {cost}. {} training steps on {}; the weights of epoch {}, the \
         best by validation {} ({:.3}).",
        result.parameters,
        result.flops / 1000,
        result.steps,
        result.provenance.device.to_uppercase(),
        result.best_epoch,
        result.select,
        result.best,
    )];
    if recipe.model.output == Output::Logit {
        text.push(calibration(recipe));
        text.push(result.provenance.plots_line());
    }
    text.extend(recipe.model.limits.iter().cloned());
    text.extend(about::text(&recipe.model.about, &result.provenance));
    let mut tables = vec![table(recipe, result)];
    if let (Some(along), false) = (&recipe.evaluation.along, result.evaluation.found.is_empty()) {
        tables.push(found(along, &result.evaluation.found));
    }
    json!({ "tables": tables, "text": text })
}

/// What a probability means.
fn calibration(recipe: &WindowsRecipe) -> String {
    let Some(along) = &recipe.evaluation.along else {
        return "Calibrated on the validation part, at its own share of positives: on a genome, \
                where they are rarer, probabilities are too high."
            .to_owned();
    };
    let sites: Vec<String> = recipe
        .model
        .labels
        .iter()
        .map(|label| format!("{label} {}", along.sites[label]))
        .collect();
    format!(
        "A probability is the share of windows within {} bases of a site among all windows of \
         that score, in a genome of {:.2e} bases with so many sites: {}. It is counted on the \
         validation part's positives and all windows of {}. The default threshold is that of the \
         best F1 of windows.",
        along.reach,
        along.bases,
        sites.join(", "),
        spans(&along.validation),
    )
}

fn spans(stretches: &[AlongStretch]) -> String {
    let spans: Vec<String> = stretches
        .iter()
        .map(|s| format!("{}:{}-{}", s.contig, s.start, s.end))
        .collect();
    spans.join(" and ")
}

fn found(along: &Along, found: &[Found]) -> Value {
    let figure = |value: f64| format!("{value:.4}");
    let row = |row: &Found| {
        json!([
            row.part,
            row.scorer,
            figure(row.average_precision),
            figure(row.precision_at_recall_50),
            figure(row.recall_at_precision_50),
        ])
    };
    let sizes: Vec<String> = [("validation", &along.validation), ("test", &along.test)]
        .iter()
        .filter_map(|(part, stretches)| {
            let row = found.iter().find(|row| row.part == *part)?;
            let spans = spans(stretches);
            Some(format!(
                "{part}: {} sites in {} bases ({spans})",
                row.sites, row.bases
            ))
        })
        .collect();
    json!({
        "title": format!("Calls within {} bases of a known site, whole stretches", along.within),
        "columns": [
            "part", "scorer", "average precision", "precision at recall 0.5",
            "recall at precision 0.5",
        ],
        "rows": found.iter().map(row).collect::<Vec<_>>(),
        "note": format!("{}. Nothing that stands in them was learnt from.", sizes.join("; ")),
    })
}

fn table(recipe: &WindowsRecipe, result: &WindowsResult) -> Value {
    let columns = columns(recipe.model.output);
    let rows = result.evaluation.rows.iter().map(|row| {
        let figure = |column: &Column| {
            column.1(&row.figures).map_or_else(|| "-".to_owned(), |f| format!("{f:.4}"))
        };
        let mut cells = vec![row.set.clone(), row.label.clone(), row.scorer.clone()];
        cells.extend(columns.iter().map(figure));
        cells
    });
    let mut heads = vec!["set", "label", "scorer"];
    heads.extend(columns.iter().map(|(head, _)| *head));
    let sizes: Vec<String> = result
        .own()
        .map(|row| match row.figures.positives {
            Some(positives) => format!(
                "{} {}: {positives} positives of {}",
                row.set, row.label, row.figures.examples
            ),
            None => format!("{} {}: {}", row.set, row.label, row.figures.examples),
        })
        .collect();
    json!({
        "title": "Held-out windows",
        "columns": heads,
        "rows": rows.collect::<Vec<_>>(),
        "note": format!("{}.", sizes.join("; ")),
    })
}
