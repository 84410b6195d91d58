//! The trained network as a model file of the contract, proved equal to the tch forward pass.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::json;
use windrow::model::{Calibration, CallShape, Contract, Output, Strandedness, Task};

use crate::network::Network;
use crate::sites::evaluate::Evaluation;
use crate::sites::network::shipped;
use crate::sites::recipe::Recipe;
use crate::sites::result::{RunResult, real_windows};
use crate::{onnx, parity};

/// Writes the model and proves it; `result` is what its card says.
pub fn export(
    recipe: &Recipe,
    network: &Network,
    result: &RunResult,
    data: &Path,
    path: &Path,
) -> Result<()> {
    let bytes = onnx::export(
        network,
        &shipped(recipe),
        &contract(recipe, result)?.to_metadata(),
    )?;
    let windows = real_windows(data, recipe, network.graph.window(), parity::PROVED)?;
    parity::prove(network, &bytes, windows, recipe.seed)?;
    std::fs::write(path, &bytes).with_context(|| format!("{}", path.display()))?;
    println!("{}: {} bytes", path.display(), bytes.len());
    Ok(())
}

fn contract(recipe: &Recipe, result: &RunResult) -> Result<Contract> {
    let card = &recipe.model;
    let origin = &result.provenance;
    let calibration = Calibration::new(result.evaluation.calibration.clone())?;
    let threshold = (result.evaluation.threshold * 100.0).round() / 100.0;
    Ok(Contract {
        name: recipe.name.clone(),
        task: Task::from_word(&card.task).with_context(|| format!("task {}", card.task))?,
        labels: card.labels.clone(),
        window: result.window,
        step: 1,
        anchor: result.anchor,
        strand: Strandedness::Stranded,
        output: Output::Logit,
        calls: CallShape::Point,
        distance: card.distance,
        calibration: vec![calibration; card.labels.len()],
        threshold: vec![threshold as f32; card.labels.len()],
        background: Vec::new(),
        assembly: card.assembly.clone(),
        trained_on: card.trained_on.clone(),
        license: card.license.clone(),
        recipe: format!("{} {}", origin.recipe, origin.recipe_sha256),
        seed: origin.seed.to_string(),
        metrics: metrics(recipe, result),
        description: card.description.clone(),
    })
}

fn metrics(recipe: &Recipe, result: &RunResult) -> serde_json::Value {
    let came = match recipe.train.steps {
        0 => format!(
            "The mean of the weights of {}",
            recipe.train.start.join(", ")
        ),
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
    text.push(format!(
        "Calibrated on {}, so the probabilities of these sets themselves are fitted; the threshold \
         is that of the best F1 on the validation blocks.",
        recipe.evaluation.calibrate_on.join(" and "),
    ));
    text.extend(recipe.model.limits.iter().cloned());
    json!({ "tables": tables(&result.evaluation), "text": text })
}

fn tables(evaluation: &Evaluation) -> Vec<serde_json::Value> {
    let figure = |value: f64| format!("{value:.4}");
    let whole = |row: &crate::sites::evaluate::Row| {
        json!([
            row.set,
            row.scorer,
            figure(row.average_precision),
            figure(row.precision_at_recall_50),
            figure(row.precision_at_recall_80),
            figure(row.auroc_ag),
        ])
    };
    let windows = |row: &crate::sites::evaluate::Row| {
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
    vec![
        json!({
            "title": "Every position and both strands of whole held-out contigs",
            "columns": [
                "set", "scorer", "average precision", "precision at recall 0.5",
                "precision at recall 0.8", "AUROC behind AG",
            ],
            "rows": evaluation.rows.iter().map(whole).collect::<Vec<_>>(),
            "note": format!(
                "{}. Noncoding-only acceptors and transcription start sites count neither way.",
                sizes.join("; "),
            ),
        }),
        json!({
            "title": "Against windows inside genes, classes balanced (the flattering view)",
            "columns": [
                "set", "scorer", "balanced accuracy, AG-centred", "F1, AG-centred",
                "balanced accuracy, any base", "F1, any base",
            ],
            "rows": evaluation.rows.iter().map(windows).collect::<Vec<_>>(),
            "note": "Thresholds: where a logistic regression on the validation blocks, classes balanced, is even.",
        }),
    ]
}
