//! The trained network as a model file of the contract, proved equal to the tch forward pass.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::json;
use tch::Device;

use crate::evaluate::Evaluation;
use crate::network::{Mode, Network};
use crate::onnx;
use crate::recipe::Recipe;
use crate::result::{RunResult, real_windows};
use crate::sampler::one_hot;
use crate::train::shipped;

/// Largest difference of probabilities between tch and tract.
const TOLERANCE: f32 = 1e-5;
/// Windows of each kind, random and real, that the proof compares.
const PROVED: usize = 200;

/// Writes the model and proves it; `result` is what its card says.
pub fn export(
    recipe: &Recipe,
    network: &Network,
    result: &RunResult,
    data: &Path,
    path: &Path,
) -> Result<()> {
    let bytes = onnx::export(network, &shipped(recipe), &metadata(recipe, result))?;
    let window = network.graph.window();
    let mut windows = real_windows(data, recipe, window, PROVED)?;
    windows.extend(random_windows(window, PROVED, recipe.seed));
    let worst = difference(network, &bytes, &windows)?;
    ensure!(
        worst <= TOLERANCE,
        "tract differs from tch by {worst} in probability"
    );
    println!(
        "tract and tch differ by {worst:.1e} at most on {} windows",
        windows.len()
    );
    std::fs::write(path, &bytes).with_context(|| format!("{}", path.display()))?;
    println!("{}: {} bytes", path.display(), bytes.len());
    Ok(())
}

pub fn random_windows(window: usize, count: usize, seed: u64) -> Vec<Vec<u8>> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut draw = || (0..window).map(|_| random.random_range(0..4)).collect();
    (0..count).map(|_| draw()).collect()
}

/// The largest difference of sigmoids between the network and the model file run by the filter.
pub fn difference(network: &Network, model: &[u8], windows: &[Vec<u8>]) -> Result<f32> {
    let model = windrow::model::parse(model, "exported model")?;
    let engine = windrow::engine::engine(&model)?;
    let mut scorer = engine.scorer()?;
    let sigmoid = |x: f32| 1.0 / (1.0 + (-x).exp());
    let mut worst = 0f32;
    let mut run = Vec::new();
    for window in windows {
        scorer.score(window, &[0], &mut run)?;
        let bases = one_hot(&[window], Device::Cpu);
        let trained = tch::no_grad(|| network.forward(&bases, Mode::Infer));
        for (label, &value) in run.iter().enumerate() {
            let expected = trained.double_value(&[0, label as i64, 0]) as f32;
            worst = worst.max((sigmoid(expected) - sigmoid(value)).abs());
        }
    }
    Ok(worst)
}

fn metadata(recipe: &Recipe, result: &RunResult) -> Vec<(String, String)> {
    let card = &recipe.model;
    let calibration = vec![&result.evaluation.calibration; card.labels.len()];
    let threshold = (result.evaluation.threshold * 100.0).round() / 100.0;
    let keys = [
        ("format", "1".to_owned()),
        ("name", recipe.name.clone()),
        ("task", card.task.clone()),
        ("labels", card.labels.join(",")),
        ("window", result.window.to_string()),
        ("step", "1".to_owned()),
        ("anchor", result.anchor.to_string()),
        ("strand", "stranded".to_owned()),
        ("output", "logit".to_owned()),
        ("calls", "point".to_owned()),
        ("distance", card.distance.to_string()),
        ("calibration", json!(calibration).to_string()),
        (
            "threshold",
            json!(vec![threshold; card.labels.len()]).to_string(),
        ),
        ("assembly", card.assembly.clone()),
        ("trained_on", card.trained_on.clone()),
        ("license", card.license.clone()),
        (
            "recipe",
            format!("{} {}", result.recipe, result.recipe_sha256),
        ),
        ("seed", result.seed.to_string()),
        ("metrics", metrics(recipe, result).to_string()),
        ("description", card.description.clone()),
    ];
    keys.into_iter()
        .map(|(key, value)| (format!("windrow.{key}"), value))
        .collect()
}

fn metrics(recipe: &Recipe, result: &RunResult) -> serde_json::Value {
    let mut text = vec![format!(
        "{} parameters, {} kFLOP a base and strand. {} training steps on {}; the weights of step \
         {}, the best by validation average precision ({:.3}).",
        result.parameters,
        result.flops / 1000,
        result.steps,
        result.device.to_uppercase(),
        result.best_step,
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
    let whole = |row: &crate::evaluate::Row| {
        json!([
            row.set,
            row.scorer,
            figure(row.average_precision),
            figure(row.precision_at_recall_50),
            figure(row.precision_at_recall_80),
            figure(row.auroc_ag),
        ])
    };
    let windows = |row: &crate::evaluate::Row| {
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
            "title": "Against windows drawn inside genes, classes balanced (the flattering view)",
            "columns": [
                "set", "scorer", "balanced accuracy, AG-centred", "F1, AG-centred",
                "balanced accuracy, random", "F1, random",
            ],
            "rows": evaluation.rows.iter().map(windows).collect::<Vec<_>>(),
            "note": "Thresholds chosen on the validation blocks.",
        }),
    ]
}
