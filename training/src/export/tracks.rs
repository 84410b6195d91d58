//! The shipped heads as a model file of the contract, proved equal to the tch forward pass.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tch::{Device, Tensor, nn};
use windrow::model::{Calibration, Contract, Output, Strandedness};

use crate::bases::UNKNOWN;
use crate::data::tracks::labels::LabelledGenomes;
use crate::export::about;
use crate::export::file;
use crate::export::parity::PROVED;
use crate::figures::tracks::evaluate::TracksRow;
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
    text.extend(not_better(result));
    text.extend(card.limits.iter().cloned());
    text.extend(about::text(&card.about, &result.provenance));
    json!({ "tables": [table(result)], "text": text })
}

/// One row a label, the sets beside each other.
fn table(result: &TracksResult) -> Value {
    let rows: Vec<_> = result.beside().collect();
    let mut sets: Vec<&str> = Vec::new();
    let mut labels: Vec<&str> = Vec::new();
    for (own, _) in &rows {
        for (list, name) in [(&mut sets, &own.set), (&mut labels, &own.label)] {
            if !list.contains(&name.as_str()) {
                list.push(name);
            }
        }
    }
    let row = |label: &&str| {
        let mut cells = vec![(*label).to_owned()];
        for set in &sets {
            let found = rows
                .iter()
                .find(|(own, _)| own.set == *set && own.label == *label);
            match found {
                Some((own, best)) => cells.extend(cells_of(result, own, *best)),
                None => cells.extend(["-"; 5].map(str::to_owned)),
            }
        }
        cells
    };
    let mut columns = vec!["label".to_owned()];
    for set in &sets {
        let of_set = [
            "bins with a site",
            "AP (95 %)",
            "AUROC",
            "best yardstick's AP",
            "called: precision, recall",
        ];
        columns.extend(of_set.map(|column| format!("{set}: {column}")));
    }
    json!({
        "title": "Bins of 200 bases along whole stretches",
        "columns": columns,
        "rows": labels.iter().map(row).collect::<Vec<_>>(),
        "note": "AP is average precision, with a 95 % interval by a bootstrap over stretches of \
                 100 kb. A bin's score is the largest in it; it is called at the default threshold. \
                 Yardsticks: GC content, CpG density and islands, a regression on 5-mers learnt \
                 along the same blocks, and the best JASPAR matrix of a factor.",
    })
}

fn cells_of(result: &TracksResult, own: &TracksRow, best: Option<&TracksRow>) -> [String; 5] {
    let called = result.evaluation.shipped[&own.label].threshold < 1.0;
    let interval = own.interval.map_or(String::new(), |[low, high]| {
        format!(" ({low:.2} to {high:.2})")
    });
    [
        own.positives.to_string(),
        format!("{:.3}{interval}", own.average_precision),
        format!("{:.3}", own.auroc),
        best.map_or("-".to_owned(), |best| {
            format!("{:.3}, {}", best.average_precision, best.scorer)
        }),
        match (own.precision, own.recall) {
            (Some(precision), Some(recall)) if called => format!("{precision:.2}, {recall:.2}"),
            _ => "not called".to_owned(),
        },
    ]
}

/// Where a plain yardstick is as good, by either figure.
fn not_better(result: &TracksResult) -> Option<String> {
    let places = result.beside().filter_map(|(own, best)| {
        let best = best?;
        let loses = best.average_precision >= own.average_precision || best.auroc >= own.auroc;
        loses.then(|| {
            format!(
                "{} on {} ({}: AP {:.3} and AUROC {:.3}, here {:.3} and {:.3})",
                own.label,
                own.set,
                best.scorer,
                best.average_precision,
                best.auroc,
                own.average_precision,
                own.auroc
            )
        })
    });
    let places: Vec<String> = places.collect();
    (!places.is_empty()).then(|| format!("A plain yardstick is as good for {}.", places.join("; ")))
}
