//! The plots of a run along genomes.

use crate::figures::plot::{Axes, Series, svg};
use crate::figures::tracks::result::TracksResult;

/// What each shows, and the SVG; those of calls for runs with a model alone.
pub fn plots(result: &TracksResult) -> Vec<(&'static str, String)> {
    let mut plots = vec![("learning", learning(result))];
    if !result.evaluation.curves.is_empty() {
        plots.push(("precision", precision(result)));
        plots.push(("calibration", calibration(result)));
    }
    plots
}

fn learning(result: &TracksResult) -> String {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in result.curve.iter().flat_map(|e| &e.parts) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let line = |name: &&str| {
        let points = result.curve.iter().filter_map(|at| {
            let part = at.parts.iter().find(|(part, _)| part == name)?;
            Some((at.step as f64, part.1))
        });
        points.collect::<Vec<_>>()
    };
    let lines: Vec<Series> = names
        .iter()
        .map(|name| Series {
            name,
            points: line(name),
            dots: false,
        })
        .collect();
    let points = lines.iter().flat_map(|line| &line.points);
    let most = points.map(|point| point.1).fold(0.1, f64::max);
    let axes = Axes {
        title: &format!("{}: validation", result.provenance.name),
        x: "steps",
        y: "average precision of bins",
        x_range: (0.0, result.steps.max(1) as f64),
        y_range: (0.0, most),
    };
    svg(&axes, &lines)
}

fn precision(result: &TracksResult) -> String {
    let curves = result.evaluation.curves.iter();
    let names = curves.clone();
    let names = names.map(|curve| format!("{}, {}", curve.label, curve.set));
    let names: Vec<String> = names.collect();
    let series = curves.zip(&names).map(|(curve, name)| Series {
        name,
        points: curve.points.clone(),
        dots: false,
    });
    let axes = Axes {
        title: &format!("{}: bins of 200 bases", result.provenance.name),
        x: "recall",
        y: "precision",
        x_range: (0.0, 1.0),
        y_range: (0.0, 1.0),
    };
    svg(&axes, &series.collect::<Vec<_>>())
}

/// The calibration in the model file, of the labels of the other plot.
fn calibration(result: &TracksResult) -> String {
    let shipped = result.evaluation.shipped.iter();
    let drawn = shipped.filter(|(name, _)| {
        let mut curves = result.evaluation.curves.iter();
        curves.any(|curve| curve.label == **name)
    });
    let series = drawn.map(|(name, shipped)| Series {
        name,
        points: shipped
            .calibration
            .iter()
            .map(|&(logit, share)| (logit.into(), share.into()))
            .collect(),
        dots: false,
    });
    let series: Vec<Series> = series.collect();
    let points = || series.iter().flat_map(|one| &one.points);
    let low = points().map(|point| point.0).fold(0.0, f64::min);
    let high = points().map(|point| point.0).fold(0.0, f64::max);
    let axes = Axes {
        title: &format!("{}: calibration", result.provenance.name),
        x: "logit",
        y: "share of places on sites",
        x_range: (low.floor(), high.ceil().max(1.0)),
        y_range: (0.0, 1.0),
    };
    svg(&axes, &series)
}
