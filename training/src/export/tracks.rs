//! The shipped heads as a model file of the contract, proved equal to the tch forward pass.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tch::{Device, Tensor, nn};

use crate::bases::UNKNOWN;
use crate::data::tracks::labels::Dataset;
use crate::export::{onnx, parity};
use crate::figures::tracks::result::TrackResult;
use crate::net::network::{Network, Weights};
use crate::recipe::tracks::{Card, Recipe};
use crate::run::tracks::score::Part;

/// The network with the shipped heads alone, in their order; its variables live in `vs`.
pub fn shipped(recipe: &Recipe, network: &Network, vs: &nn::VarStore) -> Network {
    let heads: Vec<i64> = recipe.shipped().iter().map(|&head| head as i64).collect();
    let graph = recipe.architecture.dense(heads.len());
    let graph = graph.expect("checked when the recipe was read");
    let own = Network::new(graph, &vs.root());
    let rows = Tensor::from_slice(&heads);
    let last = network.weights.len() - 1;
    let pairs = network.weights.iter().zip(&own.weights).enumerate();
    tch::no_grad(|| {
        for (at, (from, to)) in pairs {
            for (from, to) in tensors(from).into_iter().zip(tensors(to)) {
                let mut to = to.shallow_clone();
                match at == last {
                    true => to.copy_(&from.index_select(0, &rows)),
                    false => to.copy_(from),
                }
            }
        }
    });
    own
}

fn tensors(weights: &Weights) -> Vec<&Tensor> {
    let Weights::Conv { kernel, bias, norm } = weights else {
        return Vec::new();
    };
    let norms = norm
        .iter()
        .flat_map(|n| [&n.scale, &n.shift, &n.mean, &n.variance]);
    std::iter::once(kernel).chain(bias).chain(norms).collect()
}

/// Writes the model and proves it; `result` is what its card says.
pub fn export(
    recipe: &Recipe,
    data: &Dataset,
    network: &Network,
    result: &TrackResult,
    path: &Path,
) -> Result<()> {
    let card = recipe.model.as_ref().context("the recipe has no [model]")?;
    let vs = nn::VarStore::new(Device::Cpu);
    let own = shipped(recipe, network, &vs);
    let bytes = onnx::export(&own, &own.graph, &metadata(recipe, card, result))?;
    parity::prove(&own, &bytes, windows(recipe, data, &own)?, recipe.seed)?;
    std::fs::write(path, &bytes).with_context(|| format!("{}", path.display()))?;
    println!("{}: {} bytes", path.display(), bytes.len());
    Ok(())
}

/// Windows along the validation stretches.
fn windows(recipe: &Recipe, data: &Dataset, network: &Network) -> Result<Vec<Vec<u8>>> {
    let window = network.graph.window();
    let mut windows = Vec::new();
    for stretch in &recipe.validation {
        let part = Part::of(data, stretch)?;
        let codes = &part.codes(data)[part.bases.clone()];
        let apart = (codes.len() / parity::PROVED).max(1);
        let all = codes.windows(window).step_by(apart);
        let known = all.filter(|window| !window.contains(&UNKNOWN));
        windows.extend(known.map(<[u8]>::to_vec));
    }
    windows.truncate(parity::PROVED);
    Ok(windows)
}

fn metadata(recipe: &Recipe, card: &Card, result: &TrackResult) -> Vec<(String, String)> {
    let origin = &result.provenance;
    let shipped = |label: &String| &result.evaluation.shipped[label];
    let calibration = card.labels.iter().map(|l| &shipped(l).calibration);
    let calibration: Vec<_> = calibration.collect();
    let threshold = card.labels.iter().map(|l| rounded(shipped(l).threshold));
    let threshold: Vec<f64> = threshold.collect();
    let mut heads = recipe.heads();
    let stranded = heads.any(|(of, name)| of.stranded && name == card.labels[0]);
    let keys = [
        ("format", "1".to_owned()),
        ("name", card.name.clone()),
        ("task", card.task.clone()),
        ("labels", card.labels.join(",")),
        ("window", result.window.to_string()),
        ("step", result.step.to_string()),
        ("anchor", result.anchor.to_string()),
        (
            "strand",
            if stranded { "stranded" } else { "symmetric" }.to_owned(),
        ),
        ("output", "logit".to_owned()),
        ("calls", card.calls.clone()),
        ("distance", card.distance.to_string()),
        ("calibration", json!(calibration).to_string()),
        ("threshold", json!(threshold).to_string()),
        ("assembly", card.assembly.clone()),
        ("trained_on", card.trained_on.clone()),
        ("license", card.license.clone()),
        (
            "recipe",
            format!("{} {}", origin.recipe, origin.recipe_sha256),
        ),
        ("seed", origin.seed.to_string()),
        ("metrics", metrics(card, result).to_string()),
        ("description", card.description.clone()),
    ];
    keys.into_iter()
        .map(|(key, value)| (format!("windrow.{key}"), value))
        .collect()
}

/// Down to four digits that count, so that it never rises above the probability it stands for.
fn rounded(threshold: f64) -> f64 {
    let digits = 1e4 / 10f64.powf(threshold.log10().ceil());
    (threshold * digits).floor() / digits
}

fn metrics(card: &Card, result: &TrackResult) -> Value {
    let begun = match &result.start {
        Some(start) => format!(" from the weights of {start}"),
        None => String::new(),
    };
    let mut text = vec![
        format!(
            "{} parameters, {:.1} kFLOP a base and strand. {} training steps on {}{begun}; the \
             weights of step {}, the best by validation.",
            result.parameters,
            result.flops as f64 / 1000.0,
            result.steps,
            result.provenance.device.to_uppercase(),
            result.best_step,
        ),
        "A probability is the share of places with a site among all places of that score on the \
         validation stretch, chr1:233,999,000-236,501,000 of hg38, which was not learnt from; on \
         sequence with more or fewer sites it is too low or too high. The default threshold is \
         that of the best F1 of bins there."
            .to_owned(),
    ];
    let silent = card.labels.iter().filter(|label| {
        let shipped = &result.evaluation.shipped[*label];
        shipped.threshold >= 1.0
    });
    let silent: Vec<&str> = silent.map(String::as_str).collect();
    if !silent.is_empty() {
        text.push(format!(
            "Not called by default, since no threshold made one call in twenty right: {}.",
            silent.join(", ")
        ));
    }
    text.extend(card.limits.iter().cloned());
    json!({ "tables": [table(result)], "text": text })
}

fn table(result: &TrackResult) -> Value {
    let figure = |value: f64| format!("{value:.3}");
    let rows = result.beside().map(|(own, best)| {
        let called = result.evaluation.shipped[&own.label].threshold < 1.0;
        let share = |value: Option<f64>| match value {
            Some(value) if called => format!("{value:.2}"),
            _ => "-".to_owned(),
        };
        json!([
            own.set,
            own.label,
            own.positives.to_string(),
            figure(own.average_precision),
            figure(own.auroc),
            figure(own.recall_at_precision_50),
            best.map_or("-", |best| best.scorer.as_str()),
            best.map_or("-".to_owned(), |best| figure(best.average_precision)),
            best.map_or("-".to_owned(), |best| figure(best.auroc)),
            share(own.precision),
            share(own.recall),
        ])
    });
    json!({
        "title": "Bins of 200 bases along whole stretches",
        "columns": [
            "set", "label", "bins with a site", "average precision", "AUROC",
            "recall at precision 0.5", "best yardstick", "its average precision", "its AUROC",
            "precision at the default threshold", "recall there",
        ],
        "rows": rows.collect::<Vec<_>>(),
        "note": "A bin's score is the largest in it. Yardsticks: GC content, CpG density and \
                 islands, a regression on 5-mers learnt along the same blocks, and the best JASPAR \
                 matrix of a factor.",
    })
}
