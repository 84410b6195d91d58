//! `windrow-train`: recipes in, models and figures out.

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

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use tch::Device;

use crate::figures::provenance::Origin;
use crate::figures::report;
use crate::recipe::{Address, Recipe};
use crate::verbs::{background, search, sites, tracks, vectors, windows};

const USAGE: &str = "\
usage: windrow-train list [RECIPES]       the recipes of a folder (default: recipes)
       windrow-train run RECIPE           train, evaluate, export
       windrow-train train RECIPE         or one of the three alone
       windrow-train evaluate RECIPE
       windrow-train export RECIPE
       windrow-train search RECIPE        random search over the ranges of its [search]
       windrow-train report               RESULTS.md, diagrams and plots, from the result files
       windrow-train background MODEL     counts the outputs of a model file on a genome, and
                                          writes the model with windrow.background (-o)
RECIPE is FILE, or FILE:VARIANT where a file holds many; list shows them all.
  --data DIR         folder that a recipe's paths start from (default: $WINDROW_DATA)
  --set KEY=VALUE    changes one value of the recipe, e.g. architecture.channels=24; repeatable
  --name NAME        names the run (default: the recipe's name)
  --runs DIR         checkpoints and logs; a run that is there goes on (default: runs)
  --fresh            leaves a run that is there, and starts anew
  --results DIR      result files (default: results)
  --genome FASTA     of background (default: genome/human_chr1.fa.gz of the data)
  --blocks BED       of background: the parts to count (default: all but the validation block
                     chr1:233,999,000-236,501,000)
  -o, --output FILE  the exported model (default: model.onnx in the run's folder)";

struct Options {
    words: Vec<String>,
    data: PathBuf,
    changes: Vec<String>,
    name: Option<String>,
    runs: PathBuf,
    results: PathBuf,
    genome: Option<PathBuf>,
    blocks: Option<PathBuf>,
    output: Option<PathBuf>,
    fresh: bool,
}

fn main() -> ExitCode {
    let device = cuda::device();
    // Two threads collapse on a shared machine, and one is reproducible bit for bit.
    tch::set_num_threads(1);
    tch::set_num_interop_threads(1);
    match run(device) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("windrow-train: error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn options() -> Result<Option<Options>> {
    use lexopt::prelude::*;
    let mut options = Options {
        words: Vec::new(),
        data: std::env::var_os("WINDROW_DATA")
            .map(PathBuf::from)
            .unwrap_or_default(),
        changes: Vec::new(),
        name: None,
        runs: "runs".into(),
        results: "results".into(),
        genome: None,
        blocks: None,
        output: None,
        fresh: false,
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("data") => options.data = parser.value()?.into(),
            Long("set") => options.changes.push(parser.value()?.string()?),
            Long("name") => options.name = Some(parser.value()?.string()?),
            Long("runs") => options.runs = parser.value()?.into(),
            Long("fresh") => options.fresh = true,
            Long("results") => options.results = parser.value()?.into(),
            Long("genome") => options.genome = Some(parser.value()?.into()),
            Long("blocks") => options.blocks = Some(parser.value()?.into()),
            Short('o') | Long("output") => options.output = Some(parser.value()?.into()),
            Short('h') | Long("help") => return Ok(None),
            Value(word) => options.words.push(word.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Some(options))
}

fn run(device: Device) -> Result<()> {
    let Some(options) = options()? else {
        println!("{USAGE}");
        return Ok(());
    };
    let words: Vec<&str> = options.words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["list"] => list("recipes".as_ref()),
        ["list", folder] => list(folder.as_ref()),
        ["report"] => report::report(&recipes("recipes".as_ref())?, &options.results),
        ["background", model] => {
            let human = || options.data.join("genome/human_chr1.fa.gz");
            let genome = options.genome.clone().unwrap_or_else(human);
            let output = options
                .output
                .as_ref()
                .context("background wants -o FILE")?;
            background::work(model.as_ref(), &genome, options.blocks.as_deref(), output)
        }
        [
            verb @ ("run" | "train" | "evaluate" | "export" | "search"),
            recipe,
        ] => work(verb, recipe, &options, device),
        _ => bail!("a verb is wanted, and what it works on\n{USAGE}"),
    }
}

fn list(folder: &Path) -> Result<()> {
    for address in recipes(folder)? {
        let (recipe, _) = address.read(&[])?;
        let graph = match &recipe {
            Recipe::Sites(recipe) => recipe.shipped(),
            Recipe::Windows(recipe) => recipe.graph(),
            Recipe::Tracks(recipe) => recipe.graph(),
            Recipe::Embedding(recipe) => {
                let [shortest, longest] = recipe.words;
                println!("{}\twords of {shortest} to {longest}", address.word());
                continue;
            }
        };
        println!(
            "{}\t{} bp\t{} parameters\t{:.1} kFLOP a {}",
            address.word(),
            graph.window(),
            graph.parameters(),
            graph.flops() as f64 / 1000.0,
            if graph.is_dense() { "base" } else { "window" }
        );
    }
    Ok(())
}

/// All recipes of a folder, file by file.
fn recipes(folder: &Path) -> Result<Vec<Address>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("{}", folder.display()))?;
    let mut paths = entries.map(|e| Ok(e?.path())).collect::<Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|e| e == "toml"));
    paths.sort();
    let all: Vec<Vec<Address>> = paths
        .iter()
        .map(|p| Address::all(p))
        .collect::<Result<_>>()?;
    Ok(all.into_iter().flatten().collect())
}

fn work(verb: &str, word: &str, options: &Options, device: Device) -> Result<()> {
    let address = Address::find(word)?;
    let (recipe, sha256) = address.read(&options.changes)?;
    let own = match &recipe {
        Recipe::Sites(recipe) => &recipe.name,
        Recipe::Windows(recipe) => &recipe.name,
        Recipe::Tracks(recipe) => &recipe.name,
        Recipe::Embedding(recipe) => &recipe.name,
    };
    let name = options.name.as_ref().unwrap_or(own);
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
        Recipe::Embedding(recipe) => vectors::work(recipe, &origin),
    }
}
