//! The trained network as a model file of the contract, proved equal to the tch forward pass.

use std::path::Path;

use anyhow::Result;
use serde_json::json;
use windrow::model::{Calibration, CallShape, Contract, Output, Strandedness};

use crate::export::about;
use crate::export::file;
use crate::export::parity::PROVED;
use crate::figures::sites::evaluate::{Promise, SitesEvaluation, SitesRow};
use crate::figures::sites::result::{SitesResult, real_windows};
use crate::net::network::Network;
use crate::recipe::sites::{Site, SitesRecipe, Start};

/// Writes the model and proves it; `result` is what its card says.
pub fn export(
    recipe: &SitesRecipe,
    network: &Network,
    result: &SitesResult,
    data: &Path,
    path: &Path,
) -> Result<()> {
    let windows = real_windows(data, recipe, network.graph.window(), PROVED)?;
    let contract = contract(recipe, result)?;
    file::write(network, &recipe.shipped(), &contract, windows, path)
}

fn contract(recipe: &SitesRecipe, result: &SitesResult) -> Result<Contract> {
    let card = &recipe.model;
    let origin = &result.provenance;
    let evaluations = &result.evaluations;
    let calibrations = evaluations
        .iter()
        .map(|e| Calibration::new(e.calibration.clone()));
    let rounded = |e: &SitesEvaluation| ((e.threshold * 100.0).round() / 100.0) as f32;
    Ok(Contract {
        name: model_name(recipe).to_owned(),
        task: file::stated("task", &card.task)?,
        labels: card.labels.clone(),
        window: result.window,
        step: 1,
        anchor: result.anchor,
        strand: Strandedness::Stranded,
        output: Output::Logit,
        calls: CallShape::Point,
        distance: card.distance,
        calibration: calibrations.collect::<Result<_, _>>()?,
        threshold: evaluations.iter().map(rounded).collect(),
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

fn model_name(recipe: &SitesRecipe) -> &str {
    recipe.model.name.as_ref().unwrap_or(&recipe.name)
}

fn metrics(recipe: &SitesRecipe, result: &SitesResult) -> serde_json::Value {
    let came = match recipe.train.steps {
        0 => match &recipe.train.start {
            Start::Runs(runs) => format!("The mean of the weights of {}", runs.join(", ")),
            Start::Model { model } => format!("The weights of {}", model.display()),
        },
        _ => format!(
            "{} training steps on {}; the weights of step {}",
            result.steps,
            result.provenance.device.to_uppercase(),
            result.best_step,
        ),
    };
    let mut text = vec![format!(
        "{} parameters, {} kFLOP a base and strand. {came}, validation average precision {:.3}.",
        result.parameters,
        result.flops / 1000,
        result.validation_average_precision,
    )];
    let fitted = match recipe.evaluation.calibrate_on.as_slice() {
        [] => "Calibrated on the calls along the validation blocks, which no set of the tables shares."
            .to_owned(),
        sets => format!(
            "Calibrated on {}, so the probabilities of these sets themselves are fitted.",
            sets.join(" and ")
        ),
    };
    text.push(format!(
        "{fitted} The threshold is that of the best F1 on the validation blocks."
    ));
    text.push(result.provenance.plots_line());
    text.extend(recipe.model.limits.iter().cloned());
    text.extend(about::text(&recipe.model.about, &result.provenance));
    // A card names the model, a result its run.
    let evaluations = result.evaluations.iter().cloned().map(|mut evaluation| {
        let own = |row: &&mut SitesRow| row.scorer == recipe.name;
        let rows = evaluation.rows.iter_mut().filter(own);
        rows.for_each(|row| row.scorer = model_name(recipe).to_owned());
        evaluation
    });
    let tables: Vec<_> = evaluations.flat_map(|e| tables(&e)).collect();
    json!({ "tables": tables, "text": text })
}

fn tables(evaluation: &SitesEvaluation) -> Vec<serde_json::Value> {
    let figure = |value: f64| format!("{value:.4}");
    let whole = |row: &SitesRow| {
        json!([
            row.set,
            row.scorer,
            figure(row.average_precision),
            figure(row.precision_at_recall_50),
            figure(row.precision_at_recall_80),
            figure(row.auroc_ag),
        ])
    };
    let windows = |row: &SitesRow| {
        json!([
            row.set,
            row.scorer,
            figure(row.balanced_accuracy_ag),
            figure(row.f1_ag),
            figure(row.balanced_accuracy_random),
            figure(row.f1_random),
        ])
    };
    let sizes: Vec<String> = evaluation
        .curves
        .iter()
        .filter_map(|(set, _)| evaluation.rows.iter().find(|row| row.set == *set))
        .map(|row| {
            format!(
                "{}: {} sites in {} positions",
                row.set, row.sites, row.positions
            )
        })
        .collect();
    let ends = evaluation.label == Site::Donor.label();
    let (motif, centred, masked) = match ends {
        false => (
            "behind AG",
            "AG-centred",
            "Noncoding-only acceptors and transcription start sites",
        ),
        true => (
            "before GT or GC",
            "centred before GT or GC",
            "Noncoding-only donors and ends of transcripts",
        ),
    };
    let calls = |promise: &Promise| {
        json!([
            promise.set,
            promise.calls.to_string(),
            figure(promise.expected),
            figure(promise.observed),
        ])
    };
    let label = &evaluation.label;
    let behind = format!("AUROC {motif}");
    let mut tables = vec![
        json!({
            "title": format!("{label}: every position and both strands of whole held-out contigs"),
            "columns": [
                "set", "scorer", "average precision", "precision at recall 0.5",
                "precision at recall 0.8", behind,
            ],
            "rows": evaluation.rows.iter().map(whole).collect::<Vec<_>>(),
            "note": format!(
                "{}. {masked} count neither way.",
                sizes.join("; "),
            ),
        }),
        json!({
            "title": format!(
                "{label}: against windows inside genes, classes balanced (the flattering view)"
            ),
            "columns": [
                "set", "scorer", format!("balanced accuracy, {centred}"), format!("F1, {centred}"),
                "balanced accuracy, any base", "F1, any base",
            ],
            "rows": evaluation.rows.iter().map(windows).collect::<Vec<_>>(),
            "note": "Thresholds: where a logistic regression on the validation blocks, classes balanced, is even.",
        }),
    ];
    if !evaluation.calls.is_empty() {
        tables.push(json!({
            "title": format!("{label}: calls at the default threshold, along whole contigs"),
            "columns": ["set", "calls", "mean probability", "share of sites"],
            "rows": evaluation.calls.iter().map(calls).collect::<Vec<_>>(),
            "note": format!("{masked} count neither way."),
        }));
    }
    tables
}
