//! The sections of RESULTS.md on networks that score windows, one for each system.

use std::fmt::Write;

use anyhow::Result;

use crate::figures::windows::attention::Word;
use crate::figures::windows::plots::plots;
use crate::figures::windows::result::WindowsResult;
use crate::figures::windows::search::SearchResult;
use crate::metrics::figures::{Column, columns};
use crate::recipe::windows::card::Output;
use crate::recipe::windows::train::Select;

/// The sections, and the plots that go with them: file name and text.
pub fn section(
    all: Vec<WindowsResult>,
    searches: Vec<SearchResult>,
) -> Result<(String, Vec<(String, String)>)> {
    let mut out = String::new();
    let mut systems: Vec<&str> = all.iter().map(|r| r.system.as_str()).collect();
    systems.sort_unstable();
    systems.dedup();
    for system in systems {
        write!(out, "\n## {system}\n")?;
        let runs: Vec<&WindowsResult> = all.iter().filter(|r| r.system == system).collect();
        notes(&mut out, &runs)?;
        table(&mut out, &runs)?;
        found(&mut out, &runs)?;
        words(&mut out, &runs)?;
        for search in searches.iter().filter(|s| s.system == system) {
            trials(&mut out, search)?;
        }
    }
    let files = all.iter().flat_map(|result| {
        let named = |(what, svg)| (format!("{}.{what}.svg", result.provenance.name), svg);
        plots(result).into_iter().map(named)
    });
    Ok((out, files.collect()))
}

/// Each note once, with the runs that it is about where it is not about all.
fn notes(out: &mut String, runs: &[&WindowsResult]) -> Result<()> {
    let mut notes: Vec<&str> = runs.iter().map(|r| r.note.as_str()).collect();
    notes.dedup();
    for note in notes.into_iter().filter(|note| !note.is_empty()) {
        write!(out, "\n{note}\n")?;
    }
    Ok(())
}

/// A row for each run and set: what was published, what came out, and the best yardstick beside it.
fn table(out: &mut String, runs: &[&WindowsResult]) -> Result<()> {
    for output in [Output::Logit, Output::Value] {
        let of = |select: Select| match select {
            Select::R2 | Select::Pearson => Output::Value,
            _ => Output::Logit,
        };
        let runs: Vec<&&WindowsResult> = runs.iter().filter(|r| of(r.select) == output).collect();
        if runs.is_empty() {
            continue;
        }
        let columns = columns(output);
        let heads: String = columns
            .iter()
            .map(|(head, _)| format!(" {head} |"))
            .collect();
        writeln!(
            out,
            "\n| run | published | set | examples |{heads} 95 % of {} | best yardstick | windrow's own | parameters | epochs (best) | minutes | seed |\n|{}",
            runs[0].select,
            "---|".repeat(11 + columns.len())
        )?;
        for run in runs {
            rows(out, run, columns)?;
        }
    }
    Ok(())
}

fn rows(out: &mut String, run: &WindowsResult, columns: &[Column]) -> Result<()> {
    for own in run.own() {
        let set = match own.label.as_str() {
            label if run.own().any(|row| row.label != label) => format!("{}, {label}", own.set),
            _ => own.set.clone(),
        };
        let figures: String = columns
            .iter()
            .map(|(_, of)| of(&own.figures).map_or(" |".into(), |f| format!(" {f:.3} |")))
            .collect();
        let best = |own_models: bool| {
            let beside = run.best_beside(own, own_models);
            beside.map_or(String::new(), |(value, scorer)| {
                format!("{} {value:.3}, {scorer}", run.main(own).0)
            })
        };
        writeln!(
            out,
            "| {} | {} | {set} | {} |{figures} {} | {} | {} | {} | {} ({}) | {:.1} | {} |",
            run.provenance.name,
            run.published.as_deref().unwrap_or(""),
            own.figures.examples,
            own.interval.map_or(String::new(), span),
            best(false),
            best(true),
            run.parameters,
            run.epochs,
            run.best_epoch,
            run.seconds / 60.0,
            run.provenance.seed
        )?;
    }
    Ok(())
}

/// Calls along a genome, of the runs that have them.
fn found(out: &mut String, runs: &[&WindowsResult]) -> Result<()> {
    let rows = runs
        .iter()
        .flat_map(|run| run.evaluation.found.iter().map(move |row| (run, row)));
    let mut rows = rows.peekable();
    if rows.peek().is_some() {
        writeln!(
            out,
            "\nCalls along whole stretches of a genome, against known sites.\n\n| run | part | sites | bases | scorer | average precision | precision at recall 0.5 | recall at precision 0.5 |\n|{}",
            "---|".repeat(8)
        )?;
    }
    for (run, row) in rows {
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {:.3} | {:.3} | {:.3} |",
            run.provenance.name,
            row.part,
            row.sites,
            row.bases,
            row.scorer,
            row.average_precision,
            row.precision_at_recall_50,
            row.recall_at_precision_50
        )?;
    }
    Ok(())
}

/// What networks of words look at, of the headline runs.
fn words(out: &mut String, runs: &[&WindowsResult]) -> Result<()> {
    for run in runs.iter().filter(|run| run.headline) {
        let Some(attention) = &run.evaluation.attention else {
            continue;
        };
        let cell = |word: &Word| format!("{} ({:.1}, {:+.1})", word.word, word.weight, word.value);
        let (most, least) = attention.words.split_at(attention.words.len() / 2);
        let list = |words: &[Word]| words.iter().map(cell).collect::<Vec<_>>().join(", ");
        write!(
            out,
            "\nWords of `{}` that speak most for the label, with the attention that they draw as a \
             multiple of the mean word's, and what the head makes of them: {}. Most against it: {}. \
             Where three windows are looked at: [map](results/{0}.attention.svg).\n",
            run.provenance.name,
            list(most),
            list(least),
        )?;
    }
    Ok(())
}

/// An interval's ends.
pub(super) fn span([low, high]: [f64; 2]) -> String {
    format!("{low:.3} to {high:.3}")
}

fn trials(out: &mut String, search: &SearchResult) -> Result<()> {
    write!(
        out,
        "\nRandom search `{}`, best first:\n\n| validation {} | changes | parameters | epochs of those allowed | minutes |\n|---|---|---|---|---|\n",
        search.provenance.name, search.select
    )?;
    let mut trials: Vec<_> = search.trials.iter().collect();
    trials.sort_by(|a, b| b.best.total_cmp(&a.best));
    for trial in trials {
        writeln!(
            out,
            "| {:.4} | {} | {} | {} of {} | {:.1} |",
            trial.best,
            trial.changes.join(", "),
            trial.parameters,
            trial.epochs,
            trial.allowed,
            trial.seconds / 60.0
        )?;
    }
    Ok(())
}
