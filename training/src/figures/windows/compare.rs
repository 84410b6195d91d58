//! The comparison of systems: what was published, what came out, over several seeds, and a bundled
//! model and the best yardstick on the same rows.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::Result;

use crate::figures::windows::report::span;
use crate::figures::windows::result::WindowsResult;

/// Of the runs that stand for their systems; empty where there are none.
pub fn section(all: &[WindowsResult]) -> Result<String> {
    let mut headlines: BTreeMap<(&str, &str), Vec<&WindowsResult>> = BTreeMap::new();
    for run in all.iter().filter(|run| run.headline) {
        let key = (run.system.as_str(), run.provenance.recipe.as_str());
        headlines.entry(key).or_default().push(run);
    }
    let mut out = String::new();
    if headlines.is_empty() {
        return Ok(out);
    }
    out.push_str(
        "\n## Five published systems\n\n\
         Rebuilt here and measured on the same rows as a bundled model and the plain yardsticks; \
         validation chose the epoch. The spread is the standard deviation over seeds, on the same \
         split. The interval is of the first seed: 95 %, by a bootstrap over genes or clusters, \
         where rows have them. A bundled model's rows may be among those that it learnt from; it \
         is calibrated for a genome, so its accuracy is at the threshold that is best on the \
         validation rows.\n",
    );
    let mut system = "";
    for ((of, _), mut runs) in headlines {
        runs.sort_by_key(|run| run.provenance.seed);
        if of != system {
            write!(
                out,
                "\n**{of}**\n\n| network | published | set | figure | here | seeds | 95 % | bundled model | best yardstick |\n|{}\n",
                "---|".repeat(9)
            )?;
            system = of;
        }
        rows(&mut out, &runs)?;
    }
    Ok(out)
}

fn rows(out: &mut String, runs: &[&WindowsResult]) -> Result<()> {
    let first = runs[0];
    for own in first.own().filter(|own| own.set != "validation") {
        let (head, of) = first.main(own);
        let figures = runs.iter().filter_map(|run| {
            let same = run
                .own()
                .find(|row| row.set == own.set && row.label == own.label)?;
            of(&same.figures)
        });
        let figures: Vec<f64> = figures.collect();
        let beside = |bundled: bool| {
            let best = first.best_beside(own, bundled);
            best.map_or(String::new(), |(value, name)| format!("{value:.3}, {name}"))
        };
        writeln!(
            out,
            "| {} | {} | {} | {head} | {} | {} | {} | {} | {} |",
            first.provenance.name,
            first.published.as_deref().unwrap_or(""),
            own.set,
            mean_and_spread(&figures),
            figures.len(),
            own.interval.map_or(String::new(), span),
            beside(true),
            beside(false),
        )?;
    }
    Ok(())
}

/// The mean, and the standard deviation where there are several.
fn mean_and_spread(figures: &[f64]) -> String {
    let n = figures.len() as f64;
    let mean = figures.iter().sum::<f64>() / n;
    if figures.len() < 2 {
        return format!("{mean:.3}");
    }
    let squares = figures.iter().map(|figure| (figure - mean).powi(2));
    format!(
        "{mean:.3} ± {:.3}",
        (squares.sum::<f64>() / (n - 1.0)).sqrt()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spread_is_the_standard_deviation() {
        assert_eq!(mean_and_spread(&[0.7, 0.72, 0.74]), "0.720 ± 0.020");
        assert_eq!(mean_and_spread(&[0.5]), "0.500");
    }
}
