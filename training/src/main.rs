//! `windrow-train`: recipes in, models and figures out.
//!
//! Imports go down the folders only, in the order of README.md; tests/layout.rs checks that.

mod bases;
mod clock;
mod cuda;
mod data;
mod export;
mod figures;
mod files;
mod metrics;
mod net;
mod recipe;
mod run;
mod verbs;

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use anyhow::Result;

use crate::figures::report;
use crate::recipe::Address;
use crate::verbs::options::{USAGE, Wanted, parse};
use crate::verbs::{background, list, make, verify, work};

fn main() -> ExitCode {
    cuda::load();
    // Two threads collapse on a shared machine, and one is reproducible bit for bit.
    tch::set_num_threads(1);
    tch::set_num_interop_threads(1);
    let options = match parse() {
        Ok(Wanted::Work(options)) => options,
        Ok(Wanted::Help) => return done(print(&format!("{USAGE}\n"))),
        Ok(Wanted::Version) => {
            return done(print(concat!(
                "windrow-train ",
                env!("CARGO_PKG_VERSION"),
                "\n"
            )));
        }
        Err(error) => return misused(&format!("{error:#}")),
    };
    let device = match cuda::device(options.device) {
        Ok(device) => device,
        Err(error) => return done(Err(error)),
    };
    let words: Vec<&str> = options.words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["list"] => done(list::list("recipes".as_ref()).and_then(|lines| print(&lines))),
        ["list", folder] => done(list::list(folder.as_ref()).and_then(|lines| print(&lines))),
        ["report"] => done(
            Address::of_folder("recipes".as_ref())
                .and_then(|recipes| report::report(&recipes, &options.results)),
        ),
        ["verify"] => done(
            Address::of_folder("recipes".as_ref())
                .and_then(|recipes| verify::verify(&recipes, &options.results))
                .and_then(|count| print(&format!("{count} result files are of their recipes\n"))),
        ),
        ["verify", recipe] => {
            done(verify::rerun(recipe, &options, device).and_then(|worst| {
                print(&format!("{recipe}: figures differ by {worst:.4} at most\n"))
            }))
        }
        ["background", model] => {
            let human = || options.data.join(background::GENOME);
            let genome = options.genome.clone().unwrap_or_else(human);
            let Some(output) = &options.output else {
                return misused("background: -o FILE is missing");
            };
            let blocks = options.blocks.as_deref();
            done(background::work(model.as_ref(), &genome, blocks, output))
        }
        [
            verb @ ("run" | "train" | "evaluate" | "export" | "search"),
            recipe,
        ] => done(work::work(verb, recipe, &options, device).map(drop)),
        ["make", model] => done(make::work(model, &options, device)),
        [] => misused(USAGE),
        ["background" | "make" | "run" | "train" | "evaluate" | "export" | "search"] => {
            misused(&format!("{}: on what? --help shows", words[0]))
        }
        _ => misused(&format!(
            "{}: no such verb; --help shows all",
            words.join(" ")
        )),
    }
}

fn done(result: Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("windrow-train: error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Bad usage: exit status 2.
fn misused(message: &str) -> ExitCode {
    eprintln!("windrow-train: error: {message}");
    ExitCode::from(2)
}

/// Writes to standard output; a reader that has closed the pipe is no error.
fn print(text: &str) -> Result<()> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
