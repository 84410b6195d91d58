//! The plots of a run of windows.

use crate::figures::plot::{Axes, Series, svg};
use crate::figures::windows::attention::Attention;
use crate::figures::windows::result::WindowsResult;
use crate::run::progress::Evaluated;

/// Largest loss shown.
const MOST: f64 = 1.5;

/// What each shows, and the SVG.
pub fn plots(run: &WindowsResult) -> Vec<(&'static str, String)> {
    let evaluation = &run.evaluation;
    let mut plots = vec![("learning", learning(run))];
    if !evaluation.curves.is_empty() {
        let axes = ["recall", "precision"];
        plots.push(("precision", held_out(run, axes, &evaluation.curves)));
    }
    if !evaluation.roc.is_empty() {
        let axes = ["false-positive rate", "recall"];
        plots.push(("roc", held_out(run, axes, &evaluation.roc)));
    }
    if let Some(attention) = &evaluation.attention {
        plots.push(("attention", map(run, attention)));
    }
    if run.along {
        plots.push(("calibration", calibration(run)));
    }
    plots
}

fn learning(run: &WindowsResult) -> String {
    let points = |of: fn(&Evaluated) -> Option<f64>| {
        let curve = run.curve.iter();
        let point = curve.filter_map(|e| Some((e.epoch.unwrap_or(e.step) as f64, of(e)?)));
        point.collect::<Vec<_>>()
    };
    let name = format!("validation {}", run.select);
    let lines = [
        (name.as_str(), points(|e| Some(e.figure))),
        ("validation F1", points(|e| e.f1)),
        ("validation loss", points(|e| e.validation_loss)),
        ("training loss", points(|e| Some(e.loss))),
    ];
    let lines = lines.into_iter().filter(|(_, points)| !points.is_empty());
    let series: Vec<Series> = lines.map(|(name, points)| line(name, points)).collect();
    // A figure far under zero, or the loss of a run that parts from its data, would flatten the rest.
    let all = series.iter().flat_map(|one| &one.points);
    let highest = all.map(|point| point.1).fold(0.1, f64::max).min(MOST);
    svg(
        &Axes {
            title: &format!("{}: learning curve", run.provenance.name),
            x: "epoch",
            y: "figure or loss",
            x_range: (0.0, run.epochs.max(1) as f64),
            y_range: (0.0, highest),
        },
        &series,
    )
}

fn calibration(run: &WindowsResult) -> String {
    let tables = &run.evaluation.calibration;
    let labels: Vec<&str> = run.own().map(|row| row.label.as_str()).collect();
    let mut names: Vec<&str> = Vec::new();
    for label in labels {
        if !names.contains(&label) {
            names.push(label);
        }
    }
    let logits = tables.iter().flatten().map(|knot| f64::from(knot.0));
    let (low, high) = logits.fold((0.0, 0.0), |(low, high): (f64, f64), logit| {
        (low.min(logit), high.max(logit))
    });
    let shares = tables.iter().flatten().map(|knot| f64::from(knot.1));
    // Of rare sites that are hard to tell, shares are small.
    let highest = (shares.fold(0.0, f64::max) * 11.0).ceil().clamp(0.1, 10.0) / 10.0;
    let series: Vec<Series> = names
        .iter()
        .zip(tables)
        .map(|(name, knots)| {
            let points = knots.iter().map(|&(l, p)| (l.into(), p.into()));
            line(name, points.collect())
        })
        .collect();
    svg(
        &Axes {
            title: &format!("{}: calibration", run.provenance.name),
            x: "logit",
            y: "share of windows on sites",
            x_range: (low.floor(), high.ceil()),
            y_range: (0.0, highest),
        },
        &series,
    )
}

/// Where some windows are looked at.
fn map(run: &WindowsResult, attention: &Attention) -> String {
    let shares = attention.windows.iter().flat_map(|(_, shares)| shares);
    let highest = shares.copied().fold(0.0, f64::max);
    let series = attention.windows.iter().map(|(name, shares)| {
        let points = shares.iter().enumerate();
        line(
            name,
            points.map(|(at, &share)| (at as f64, share)).collect(),
        )
    });
    svg(
        &Axes {
            title: &format!("{}: attention in three windows", run.provenance.name),
            x: "base of the window",
            y: "share of attention",
            x_range: (0.0, run.window as f64),
            y_range: (0.0, highest.max(1e-3)),
        },
        &series.collect::<Vec<_>>(),
    )
}

fn held_out(
    run: &WindowsResult,
    [x, y]: [&str; 2],
    curves: &[(String, Vec<(f64, f64)>)],
) -> String {
    let series = curves.iter().map(|(set, points)| line(set, points.clone()));
    svg(
        &Axes {
            title: &format!("{}: held-out windows", run.provenance.name),
            x,
            y,
            x_range: (0.0, 1.0),
            y_range: (0.0, 1.0),
        },
        &series.collect::<Vec<_>>(),
    )
}

fn line(name: &str, points: Vec<(f64, f64)>) -> Series<'_> {
    Series {
        name,
        points,
        dots: false,
    }
}
