//! The shipped heads as a model file of the contract, proved equal to the tch forward pass.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tch::{Device, Tensor, nn};
use windrow::model::{Calibration, Contract, Output, Strandedness};

use crate::bases::UNKNOWN;
use crate::data::tracks::labels::LabelledGenomes;
use crate::export::file;
use crate::export::parity::PROVED;
use crate::figures::tracks::result::TracksResult;
use crate::net::network::{Network, Weights};
use crate::recipe::tracks::{TracksCard, TracksRecipe};
use crate::run::tracks::score::Span;

/// The network with the shipped heads alone, in their order; its variables live in `vs`.
pub fn shipped(recipe: &TracksRecipe, network: &Network, vs: &nn::VarStore) -> Network {
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
    recipe: &TracksRecipe,
    data: &LabelledGenomes,
    network: &Network,
    result: &TracksResult,
    path: &Path,
) -> Result<()> {
    let card = recipe.model.as_ref().context("the recipe has no [model]")?;
    let vs = nn::VarStore::new(Device::Cpu);
    let own = shipped(recipe, network, &vs);
    let contract = contract(recipe, card, result)?;
    let windows = windows(recipe, data, &own)?;
    file::write(&own, &own.graph, &contract, windows, path)
}

/// Windows along the validation stretches.
fn windows(
    recipe: &TracksRecipe,
    data: &LabelledGenomes,
    network: &Network,
) -> Result<Vec<Vec<u8>>> {
    let window = network.graph.window();
    let mut windows = Vec::new();
    for stretch in &recipe.validation {
        let part = Span::of(data, stretch)?;
        let codes = &part.codes(data)[part.bases.clone()];
        let apart = (codes.len() / PROVED).max(1);
        let all = codes.windows(window).step_by(apart);
        let known = all.filter(|window| !window.contains(&UNKNOWN));
        windows.extend(known.map(<[u8]>::to_vec));
    }
    windows.truncate(PROVED);
    Ok(windows)
}

fn contract(recipe: &TracksRecipe, card: &TracksCard, result: &TracksResult) -> Result<Contract> {
    let origin = &result.provenance;
    let shipped = |label: &String| &result.evaluation.shipped[label];
    let calibrations = card.labels.iter().map(|label| {
        let knots = shipped(label).calibration.clone();
        Calibration::new(knots).with_context(|| format!("calibration of {label}"))
    });
    let thresholds = card.labels.iter().map(|l| rounded(shipped(l).threshold));
    let mut heads = recipe.heads();
    let stranded = heads.any(|(of, name)| of.stranded && name == card.labels[0]);
    Ok(Contract {
        name: card.name.clone(),
        task: file::stated("task", &card.task)?,
        labels: card.labels.clone(),
        window: result.window,
        step: result.step,
        anchor: result.anchor,
        strand: match stranded {
            true => Strandedness::Stranded,
            false => Strandedness::Symmetric,
        },
        output: Output::Logit,
        calls: file::stated("calls", &card.calls)?,
        distance: card.distance,
        calibration: calibrations.collect::<Result<_>>()?,
        threshold: thresholds.map(|threshold| threshold as f32).collect(),
        background: Vec::new(),
        assembly: card.assembly.clone(),
        trained_on: card.trained_on.clone(),
        license: card.license.clone(),
        recipe: origin.recipe_line(),
        seed: origin.seed.to_string(),
        metrics: metrics(card, result),
        description: card.description.clone(),
    })
}

/// Rounded down to four significant digits, so that it never exceeds the probability itself.
fn rounded(threshold: f64) -> f64 {
    let digits = 1e4 / 10f64.powf(threshold.log10().ceil());
    (threshold * digits).floor() / digits
}

fn metrics(card: &TracksCard, result: &TracksResult) -> Value {
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
    text.push(result.provenance.plots_line());
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

fn table(result: &TracksResult) -> Value {
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
