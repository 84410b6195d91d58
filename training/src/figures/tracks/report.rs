//! The section of RESULTS.md on networks along genomes.

use std::fmt::Write;

use anyhow::Result;

use crate::figures::tracks::plots::plots;
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
        let mut links = Vec::new();
        for (of, plot) in plots(result) {
            links.push(format!("[{of}](results/{name}.{of}.svg)"));
            files.push((format!("{name}.{of}.svg"), plot));
        }
        writeln!(out, "\nPlots: {}.", links.join(", "))?;
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
         steps{} in {:.0} minutes, the weights of step {}.\n",
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
