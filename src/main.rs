//! Windows in, rows out.

use std::io::{self, ErrorKind, IsTerminal, Write};
use std::process::ExitCode;

use windrow::flags::{self, Command, UsageError};
use windrow::generated::generated;
use windrow::model::{self, ModelError};
use windrow::plan::{Plan, waits_for_typing};
use windrow::{pipeline, versions};

fn main() -> ExitCode {
    let Err(error) = run() else {
        return ExitCode::SUCCESS;
    };
    if is_broken_pipe(&error) {
        return ExitCode::SUCCESS;
    }
    let line = format!("{error:#}")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    // Nobody is left to tell when standard error is gone.
    let _ = writeln!(io::stderr(), "windrow: error: {line}");
    ExitCode::from(if is_usage(&error) { 2 } else { 1 })
}

fn run() -> anyhow::Result<()> {
    match flags::parse(std::env::args_os().skip(1))? {
        Command::Run { args, .. } if waits_for_typing(&args, io::stdin().is_terminal()) => {
            let advice = format!("no input; see 'windrow -h'. {}", flags::usage_line());
            Err(UsageError::Rule(advice).into())
        }
        Command::Run { args, echo } => pipeline::run(Plan::new(*args, echo)?),
        Command::Help => print(&flags::short_help()),
        Command::LongHelp => print(&flags::long_help()),
        Command::Version => print(&versions()?),
        Command::ListModels => print(&model::list()?),
        Command::ShowModel(name) => print(&model::card(&model::load(&name)?)),
        Command::Generate(what) => print(&generated(what)),
    }
}

fn print(text: &str) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    Ok(stdout.flush()?)
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
