//! The command line: flags, the plan of a run, its progress and its summary.

mod catalog;
mod closed;
pub mod flags;
mod gather;
mod generated;
mod listing;
mod multiqc;
mod plan;
mod progress;
mod report;
mod short;
mod signals;
mod summary;
mod version;

use std::ffi::OsString;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::panic;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Once;
use std::thread;
use std::time::Instant;

use crate::model::{self, ModelError, Strandedness};
use crate::pipeline::{self, LoadedModel, Plan};
use crate::shield::SHIELDED;
use crate::source::printable;
use crate::source::reads::Reads;
use crate::write::{BrowserTrack, Target};
use catalog::Catalog;
use flags::{Args, Command, UsageError};
use generated::generated;
use plan::{plan, waits_for_typing};
use progress::Meter;
use summary::Cost;

/// Runs a command line (without the program's name).
pub fn main(argv: impl IntoIterator<Item = OsString>) -> ExitCode {
    silence_shielded();
    let Err(error) = run(argv) else {
        return ExitCode::SUCCESS;
    };
    if is_broken_pipe(&error) {
        return ExitCode::SUCCESS;
    }
    let line = format!("{error:#}")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    tell(&format!("windrow: error: {line}\n"));
    ExitCode::from(if is_usage(&error) { 2 } else { 1 })
}

/// Done once in a process, even if the command line is called several times.
static SILENCED: Once = Once::new();

/// Panics of foreign code become one-line errors, so their own messages are not printed.
fn silence_shielded() {
    SILENCED.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if thread::current().name() != Some(SHIELDED) {
                usual(info);
            }
        }));
    });
}

fn run(argv: impl IntoIterator<Item = OsString>) -> anyhow::Result<()> {
    let argv: Vec<_> = argv.into_iter().collect();
    match asked(&argv).map_or_else(|| flags::parse(&argv), Ok)? {
        Command::Run { args, .. } if waits_for_typing(&args, io::stdin().is_terminal()) => {
            let advice = format!("no input; see 'windrow -h'. {}", flags::usage_line());
            Err(UsageError::Rule(advice).into())
        }
        Command::Run { args, echo } => filter(*args, echo),
        Command::Help => print(&flags::short_help()),
        Command::LongHelp => print(&flags::long_help()),
        Command::Version => print(&version::version()?),
        Command::ListModels { listing, folder } => {
            print(&listing::list(&Catalog::new(folder)?, listing)?)
        }
        Command::ShowModel { model, folder } => {
            print(&model::card(&Catalog::new(folder)?.load(&model)?))
        }
        Command::Generate(what) => print(&generated(what)),
        Command::Gather(asked) => gather::gather(&asked),
    }
}

/// Takes `windrow help` and `windrow version` for flags, unless there is a file of that name.
fn asked(argv: &[OsString]) -> Option<Command> {
    let [word] = argv else { return None };
    match word.to_str() {
        _ if Path::new(word).exists() => None,
        Some("help") => Some(Command::LongHelp),
        Some("version") => Some(Command::Version),
        _ => None,
    }
}

/// Runs the filter.
fn filter(mut args: Args, echo: String) -> anyhow::Result<()> {
    if args.output.is_none() {
        closed::stdout_is_open()?;
    }
    let plan = plan(&mut args, echo)?;
    let begin = Instant::now();
    signals::remove_temporary_files();
    note(&args, &plan);
    if args.verbose {
        for LoadedModel { model, engine, .. } in &plan.models {
            let name = &model.contract.name;
            tell(&format!("windrow: {name} is run by {}\n", engine.name()));
        }
    }
    let stats = args.stats.as_deref().map(Target::beside).transpose()?;
    let multiqc = args.multiqc.as_deref().map(Target::beside).transpose()?;
    let page = args.report.as_deref().map(Target::beside).transpose()?;
    let meter = meter(&args, &plan);
    let mut report = pipeline::run(&plan, &meter)?;
    drop(meter);
    let cost = Cost::since(begin);
    if let Some(mut stats) = stats {
        stats.write(summary::to_json(&report.ledger, &plan, &cost).as_bytes())?;
        stats.finish()?;
    }
    if let Some(mut multiqc) = multiqc {
        let sample = multiqc::sample(&args);
        let json = multiqc::to_json(&report.ledger, &sample, plan.shard, &cost);
        multiqc.write(json.as_bytes())?;
        multiqc.finish()?;
    }
    if let (Some(mut page), Some(census)) = (page, report.census.take()) {
        let sample = multiqc::sample(&args);
        page.write(report::page(&plan, &sample, &report.ledger, census)?.as_bytes())?;
        page.finish()?;
    }
    if let Some(fault) = report.unsorted.filter(|_| is_sorted_for(&args)) {
        tell(&format!(
            "windrow: warning: {fault}: rows are in input order, not in the order of \
             LC_ALL=C sort -k1,1 -k2,2n\n"
        ));
    }
    if !args.quiet {
        tell(&short::warnings(&plan, &report.ledger));
        tell(&summary::summary(&report.ledger, &cost, args.raw));
    }
    Ok(())
}

/// Notes that the format leaves out a strand.
fn note(args: &Args, plan: &Plan) {
    let stranded = |loaded: &LoadedModel| loaded.model.contract.strand == Strandedness::Stranded;
    let halved = args.layout().steps && args.strand.is_none();
    if halved && !args.quiet && plan.models.iter().any(stranded) {
        let format = args.format;
        tell(&format!(
            "windrow: note: {format} holds one strand in a file: this one is +, --strand - writes the other\n"
        ));
    }
}

/// Whether unsorted rows get a note: those of formats for tracks do, except rows of single reads.
fn is_sorted_for(args: &Args) -> bool {
    !args.quiet && args.reads == Reads::Consensus && args.layout().track != BrowserTrack::None
}

/// Whether the share of input bytes shows the progress. It does not for regions, nor for shards,
/// which read twice.
fn meter(args: &Args, plan: &Plan) -> Meter {
    let sizes = plan.inputs.iter().map(|input| input.size());
    let known = args.reference.is_none() && args.shard.is_none();
    let total = sizes.sum::<Option<u64>>().filter(|_| known);
    let consumed = plan.source.consumed.clone();
    Meter::new(consumed, total, args.quiet, args.verbose)
}

fn print(text: &str) -> anyhow::Result<()> {
    closed::stdout_is_open()?;
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    Ok(stdout.flush()?)
}

/// A number with its noun, in the plural where needed.
fn counted(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// Writes to standard error; a failure is ignored.
fn tell(text: &str) {
    let _ = io::stderr().write_all(printable(text).as_bytes());
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == ErrorKind::BrokenPipe)
}

fn is_usage(error: &anyhow::Error) -> bool {
    error.is::<UsageError>() || matches!(error.downcast_ref(), Some(ModelError::Unknown { .. }))
}
