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

use anyhow::{Context, Result, ensure};
use tch::Device;

use crate::figures::provenance::Origin;
use crate::figures::report;
use crate::recipe::{Address, Recipe};
use crate::verbs::options::{Options, USAGE, Wanted, parse};
use crate::verbs::{background, list, search, sites, tracks, vectors, windows};

fn main() -> ExitCode {
    let device = cuda::device();
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
    let words: Vec<&str> = options.words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["list"] => done(list::list("recipes".as_ref()).and_then(|lines| print(&lines))),
        ["list", folder] => done(list::list(folder.as_ref()).and_then(|lines| print(&lines))),
        ["report"] => done(
            Address::of_folder("recipes".as_ref())
                .and_then(|recipes| report::report(&recipes, &options.results)),
        ),
        ["background", model] => {
            let human = || options.data.join("genome/human_chr1.fa.gz");
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
        ] => done(work(verb, recipe, &options, device)),
        [] => misused(USAGE),
        ["background" | "run" | "train" | "evaluate" | "export" | "search"] => {
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

fn work(verb: &str, word: &str, options: &Options, device: Device) -> Result<()> {
    let address = Address::find(word)?;
    let (recipe, sha256) = address.read(&options.changes)?;
    ensure!(
        options.data.is_dir(),
        "{}no data folder: set WINDROW_DATA, or give --data",
        match options.data.as_os_str().is_empty() {
            true => String::new(),
            false => format!("{}: ", options.data.display()),
        }
    );
    let name = options.name.as_deref().unwrap_or(recipe.name());
    let folder = options.runs.join(name);
    let suffix = if verb == "search" { ".search" } else { "" };
    let file = address.file.file_name().context("a recipe is a file")?;
    std::fs::create_dir_all(&options.results)?;
    let origin = Origin {
        name,
        recipe: Address {
            file: file.into(),
            ..address.clone()
        }
        .word(),
        sha256: &sha256,
        changes: &options.changes,
        data: &options.data,
        folder: &folder,
        fresh: options.fresh,
        result: options.results.join(format!("{name}{suffix}.json")),
        device,
    };
    let output = options.output.clone();
    let output = output.unwrap_or_else(|| folder.join("model.onnx"));
    let wanted = |step: &str| verb == "run" || verb == step;
    match &recipe {
        _ if verb == "search" => search::search(&address, &origin, device),
        Recipe::Sites(recipe) => sites::work(recipe, &origin, wanted, &output, device),
        Recipe::Windows(recipe) => windows::work(recipe, &origin, wanted, &output, device),
        Recipe::Tracks(recipe) => tracks::work(recipe, &origin, wanted, &output, device),
        Recipe::Vectors(recipe) => vectors::work(recipe, &origin),
    }
}
