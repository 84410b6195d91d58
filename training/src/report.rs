//! RESULTS.md and its plots, from the result files.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result};

use crate::plot::{Axes, Series, svg};
use crate::result::RunResult;
use crate::train::read_json;

/// Reads `results/*.json` and writes `RESULTS.md` beside the folder, and the plots into it.
pub fn report(results: &Path) -> Result<()> {
    let place = || format!("{}", results.display());
    let mut all: Vec<RunResult> = Vec::new();
    for entry in std::fs::read_dir(results).with_context(place)? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "json") {
            all.push(read_json(&path)?);
        }
    }
    all.sort_by(|a, b| b.steps.cmp(&a.steps).then_with(|| a.name.cmp(&b.name)));
    for result in &all {
        for (kind, plot) in plots(result) {
            write(&results.join(format!("{}.{kind}.svg", result.name)), &plot)?;
        }
    }
    write(&results.join("cost.svg"), &cost(&all))?;
    write(&results.with_file_name("RESULTS.md"), &markdown(&all)?)
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("{}", path.display()))
}

fn markdown(all: &[RunResult]) -> Result<String> {
    let mut out = String::from(
        "# Results\n\n\
         Generated from `results/*.json` by `windrow-train report`; do not edit. Each run is \
         repeated by its command, given the data folder in `WINDROW_DATA`. Average precision (AP) \
         counts every position and both strands of whole held-out contigs.\n",
    );
    let Some(first) = all.first() else {
        return Ok(out);
    };
    let sets: Vec<&str> = first
        .evaluation
        .curves
        .iter()
        .map(|(set, _)| set.as_str())
        .collect();
    out.push_str("\n## Accuracy against cost\n\n| run | window | parameters | kFLOP a base and strand | steps | minutes | validation AP |");
    for set in &sets {
        write!(out, " AP, {set} |")?;
    }
    writeln!(out, "\n|{}", "---|".repeat(7 + sets.len()))?;
    for r in all {
        write!(
            out,
            "| {} | {} | {} | {:.1} | {} | {:.0} | {:.3} |",
            r.name,
            r.window,
            r.parameters,
            r.flops as f64 / 1000.0,
            r.steps,
            r.seconds / 60.0,
            r.validation_average_precision
        )?;
        for set in &sets {
            let rows = &r.evaluation.rows;
            let own = rows
                .iter()
                .find(|row| row.set == *set)
                .context("a row a set")?;
            write!(out, " {:.3} |", own.average_precision)?;
        }
        out.push('\n');
    }
    out.push_str("\n![accuracy against cost](results/cost.svg)\n\n## Yardsticks\n\nTrained on the same blocks.\n\n| set | scorer | AP | precision at recall 0.5 | at 0.8 | AUROC behind AG |\n|---|---|---|---|---|---|\n");
    for row in first.evaluation.rows.iter() {
        writeln!(
            out,
            "| {} | {} | {:.4} | {:.4} | {:.4} | {:.3} |",
            row.set,
            row.scorer,
            row.average_precision,
            row.precision_at_recall_50,
            row.precision_at_recall_80,
            row.auroc_ag
        )?;
    }
    out.push_str("\n## Commands\n");
    for r in all {
        let changes: Vec<String> = r.changes.iter().map(|c| format!(" --set '{c}'")).collect();
        write!(
            out,
            "\n- `{}`: seed {}, {}, {}; recipe sha256 {}\n\n  ```\n  windrow-train run recipes/{} --name {}{}\n  ```\n",
            r.name,
            r.seed,
            r.device,
            r.versions,
            &r.recipe_sha256[..12],
            r.recipe,
            r.name,
            changes.concat()
        )?;
    }
    Ok(out)
}

fn plots(r: &RunResult) -> Vec<(&'static str, String)> {
    let steps = r.curve.last().map_or(1.0, |e| e.step as f64);
    let curve = |of: fn(&crate::train::Evaluated) -> f64| {
        r.curve.iter().map(|e| (e.step as f64, of(e))).collect()
    };
    // The first loss, of an untrained network, would flatten the rest.
    let highest = r.curve.iter().skip(1).map(|e| e.loss).fold(0.1, f64::max);
    let learning = svg(
        &Axes {
            title: &format!("{}: learning curve", r.name),
            x: "step",
            y: "validation AP; training loss",
            x_range: (0.0, steps),
            y_range: (0.0, highest),
        },
        &[
            Series {
                name: "validation average precision",
                points: curve(|e| e.average_precision),
                dots: false,
            },
            Series {
                name: "training loss",
                points: curve(|e| e.loss),
                dots: false,
            },
        ],
    );
    let unit = (0.0, 1.0);
    let precision: Vec<Series> = r
        .evaluation
        .curves
        .iter()
        .map(|(set, points)| Series {
            name: set,
            points: points.clone(),
            dots: false,
        })
        .collect();
    let precision = svg(
        &Axes {
            title: &format!("{}: every position, both strands", r.name),
            x: "recall",
            y: "precision",
            x_range: unit,
            y_range: unit,
        },
        &precision,
    );
    let knots = r.evaluation.calibration.iter();
    let points = knots.map(|&(l, p)| (f64::from(l), f64::from(p))).collect();
    let calibration = svg(
        &Axes {
            title: &format!("{}: calibration", r.name),
            x: "logit",
            y: "share of true sites",
            x_range: (-12.0, 12.0),
            y_range: unit,
        },
        &[Series {
            name: "calibrated on held-out contigs",
            points,
            dots: false,
        }],
    );
    vec![
        ("learning", learning),
        ("precision", precision),
        ("calibration", calibration),
    ]
}

fn cost(all: &[RunResult]) -> String {
    // Runs of other lengths are no comparison of networks.
    let series: Vec<Series> = all
        .iter()
        .filter(|r| !r.changes.is_empty())
        .map(|r| Series {
            name: &r.name,
            points: vec![(r.flops as f64 / 1000.0, r.validation_average_precision)],
            dots: true,
        })
        .collect();
    let axes = Axes {
        title: "accuracy against cost",
        x: "kFLOP a base and strand",
        y: "validation average precision",
        x_range: (0.0, 150.0),
        y_range: (0.0, 0.3),
    };
    svg(&axes, &series)
}
