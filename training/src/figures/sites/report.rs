//! The section of RESULTS.md on networks that find sites.

use std::fmt::Write;

use anyhow::{Context, Result};

use crate::figures::plot::{Axes, Series, svg};
use crate::figures::sites::evaluate::SitesRow;
use crate::figures::sites::result::SitesResult;
use crate::run::progress::Evaluated;

/// The section of RESULTS.md on networks along a genome, and their plots: file name and text.
pub fn section(mut all: Vec<SitesResult>) -> Result<(String, Vec<(String, String)>)> {
    all.sort_by(|a, b| {
        let reached = |r: &SitesResult| -> f64 {
            let sets = r.evaluations[0].curves.iter();
            sets.filter_map(|(set, _)| own(r, set))
                .map(|row| row.average_precision)
                .sum()
        };
        let names = || a.provenance.name.cmp(&b.provenance.name);
        reached(b).total_cmp(&reached(a)).then_with(names)
    });
    if all.is_empty() {
        return Ok(Default::default());
    }
    let mut files = Vec::new();
    if let Some(plot) = cost(&all) {
        files.push(("cost.svg".to_owned(), plot));
    }
    for result in &all {
        for (kind, plot) in plots(result) {
            files.push((format!("{}.{kind}.svg", result.provenance.name), plot));
        }
    }
    Ok((markdown(&all)?, files))
}

/// The network's row on a set: the first, before those of the yardsticks.
fn own<'a>(r: &'a SitesResult, set: &str) -> Option<&'a SitesRow> {
    r.evaluations[0].rows.iter().find(|row| row.set == set)
}

fn markdown(all: &[SitesResult]) -> Result<String> {
    let mut out = String::from(
        "\n## Exon starts along a genome\n\n\
         Average precision (AP) counts every position and both strands of whole held-out \
         contigs; the runs stand in its order. A run of no steps is the mean of other runs' weights.\n",
    );
    let Some(first) = all.first() else {
        return Ok(out);
    };
    let sets: Vec<&str> = first.evaluations[0]
        .curves
        .iter()
        .map(|(set, _)| set.as_str())
        .collect();
    out.push_str("\n| run | window | parameters | kFLOP a base and strand | steps | minutes | validation AP |");
    for set in &sets {
        write!(out, " AP, {set} |")?;
    }
    writeln!(out, "\n|{}", "---|".repeat(7 + sets.len()))?;
    for r in all {
        write!(
            out,
            "| {} | {} | {} | {:.1} | {} | {:.0} | {:.3} |",
            r.provenance.name,
            r.window,
            r.parameters,
            r.flops as f64 / 1000.0,
            r.steps,
            r.seconds / 60.0,
            r.validation_average_precision
        )?;
        for set in &sets {
            let own = own(r, set).context("a row a set")?;
            write!(out, " {:.3} |", own.average_precision)?;
        }
        out.push('\n');
    }
    out.push_str("\nYardsticks, trained on the same blocks.\n\n| set | scorer | AP | precision at recall 0.5 | at 0.8 | AUROC behind AG |\n|---|---|---|---|---|---|\n");
    for row in first.evaluations[0].rows.iter() {
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
    Ok(out)
}

fn plots(r: &SitesResult) -> Vec<(&'static str, String)> {
    let steps = r.curve.last().map_or(0, |e| e.step).max(1) as f64;
    let curve =
        |of: fn(&Evaluated) -> f64| r.curve.iter().map(|e| (e.step as f64, of(e))).collect();
    // The first loss, of an untrained network, would flatten the rest.
    let highest = r.curve.iter().skip(1).map(|e| e.loss).fold(0.1, f64::max);
    let learning = svg(
        &Axes {
            title: &format!("{}: learning curve", r.provenance.name),
            x: "step",
            y: "validation AP; training loss",
            x_range: (0.0, steps),
            y_range: (0.0, highest),
        },
        &[
            Series {
                name: "validation average precision",
                points: curve(|e| e.figure),
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
    let precision: Vec<Series> = r.evaluations[0]
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
            title: &format!("{}: every position, both strands", r.provenance.name),
            x: "recall",
            y: "precision",
            x_range: unit,
            y_range: unit,
        },
        &precision,
    );
    let knots = r.evaluations[0].calibration.iter();
    let points = knots.map(|&(l, p)| (f64::from(l), f64::from(p))).collect();
    let calibration = svg(
        &Axes {
            title: &format!("{}: calibration", r.provenance.name),
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

/// The variants of a recipe; none where there are none.
fn cost(all: &[SitesResult]) -> Option<String> {
    // Runs of other lengths are no comparison of networks.
    let series: Vec<Series> = all
        .iter()
        .filter(|r| !r.provenance.changes.is_empty())
        .map(|r| Series {
            name: &r.provenance.name,
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
    (!series.is_empty()).then(|| svg(&axes, &series))
}
