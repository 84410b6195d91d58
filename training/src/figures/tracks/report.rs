//! The section of RESULTS.md on networks along genomes.

use std::fmt::Write;

use anyhow::Result;

use crate::figures::plot::{Axes, Series, svg};
use crate::figures::tracks::result::TracksResult;

/// The section, and the plots that go with it: file name and text.
pub fn section(all: Vec<TracksResult>) -> Result<(String, Vec<(String, String)>)> {
    let mut out = String::new();
    let mut files = Vec::new();
    if all.is_empty() {
        return Ok((out, files));
    }
    out.push_str(
        "\n## Tracks along genomes\n\nBins of 200 bases along whole stretches, both strands; a \
         bin's score is the largest in it, and it is on a site where a site lies in it (promoters: \
         within 200 bases). `validation` is chr1:233,999,000-236,501,000, by which all choices \
         were made and on which the models are calibrated; the rest was looked at once.\n",
    );
    for result in &all {
        one(&mut out, result)?;
        let name = &result.provenance.name;
        files.push((format!("{name}.learning.svg"), learning(result)));
    }
    Ok((out, files))
}

fn one(out: &mut String, result: &TracksResult) -> Result<()> {
    let start = result
        .start
        .as_ref()
        .map(|start| format!(", from the weights of {start}"));
    write!(
        out,
        "\n### {}\n\n{}\n\n{} parameters, window {}, step {}, {:.1} kFLOP a base and strand; {} \
         steps{} in {:.0} minutes, the weights of step {}. Learning curve: \
         [plot](results/{}.learning.svg).\n",
        result.provenance.name,
        result.note,
        result.parameters,
        result.window,
        result.step,
        result.flops as f64 / 1000.0,
        result.steps,
        start.unwrap_or_default(),
        result.seconds / 60.0,
        result.best_step,
        result.provenance.name,
    )?;
    let mut sets: Vec<&str> = Vec::new();
    for row in &result.evaluation.rows {
        if !sets.contains(&row.set.as_str()) {
            sets.push(&row.set);
        }
    }
    for set in sets {
        write!(
            out,
            "\n{set}:\n\n| label | positive bins | AP | AUROC | recall at precision .5 | best \
             yardstick | its AP | its AUROC | AP of the 5-mer regression | precision and recall \
             at the default threshold |\n|{}\n",
            "---|".repeat(10)
        )?;
        for (own, best) in result.beside().filter(|(own, _)| own.set == set) {
            let words = result.evaluation.rows.iter().find(|row| {
                row.set == set && row.label == own.label && row.scorer.ends_with("regression")
            });
            writeln!(
                out,
                "| {} | {} of {} | {:.3} | {:.3} | {:.3} | {} | {:.3} | {:.3} | {:.3} | {} |",
                own.label,
                own.positives,
                own.bins,
                own.average_precision,
                own.auroc,
                own.recall_at_precision_50,
                best.map_or("-", |best| best.scorer.as_str()),
                best.map_or(0.0, |best| best.average_precision),
                best.map_or(0.0, |best| best.auroc),
                words.map_or(0.0, |words| words.average_precision),
                match result.evaluation.shipped[&own.label].threshold {
                    1.0 => "not called".to_owned(),
                    _ => format!(
                        "{:.2}, {:.2}",
                        own.precision.unwrap_or_default(),
                        own.recall.unwrap_or_default()
                    ),
                },
            )?;
        }
    }
    Ok(())
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
