//! `windrow-train`: recipes in, models and figures out.

mod annotation;
mod arch;
mod calibrate;
mod cuda;
mod dataset;
mod evaluate;
mod export;
mod genome;
mod graph;
mod metrics;
mod network;
mod onnx;
mod optimiser;
mod plot;
mod recipe;
mod report;
mod result;
mod sampler;
mod score;
mod shuffle;
mod train;
mod yardstick;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use tch::Device;

use crate::recipe::Recipe;
use crate::result::{Origin, RunResult};

const USAGE: &str = "\
usage: windrow-train list [RECIPES]       the recipes of a folder (default: recipes)
       windrow-train run RECIPE           train, evaluate, export
       windrow-train train RECIPE         or one of the three alone
       windrow-train evaluate RECIPE
       windrow-train export RECIPE
       windrow-train report               RESULTS.md and plots, from the result files
  --data DIR         folder that a recipe's paths start from (default: $WINDROW_DATA)
  --set KEY=VALUE    changes one value of the recipe, e.g. architecture.channels=24; repeatable
  --name NAME        names the run (default: the recipe's name)
  --runs DIR         checkpoints and logs; a run that is there goes on (default: runs)
  --results DIR      result files (default: results)
  -o, --output FILE  the exported model (default: model.onnx in the run's folder)";

struct Options {
    words: Vec<String>,
    data: PathBuf,
    changes: Vec<String>,
    name: Option<String>,
    runs: PathBuf,
    results: PathBuf,
    output: Option<PathBuf>,
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
        output: None,
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("data") => options.data = parser.value()?.into(),
            Long("set") => options.changes.push(parser.value()?.string()?),
            Long("name") => options.name = Some(parser.value()?.string()?),
            Long("runs") => options.runs = parser.value()?.into(),
            Long("results") => options.results = parser.value()?.into(),
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
        ["report"] => report::report(&options.results),
        [verb @ ("run" | "train" | "evaluate" | "export"), recipe] => {
            work(verb, recipe.as_ref(), &options, device)
        }
        _ => bail!("a verb is wanted, and what it works on\n{USAGE}"),
    }
}

fn list(folder: &Path) -> Result<()> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("{}", folder.display()))?;
    let mut paths = entries.map(|e| Ok(e?.path())).collect::<Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|e| e == "toml"));
    paths.sort();
    for path in paths {
        let (recipe, _) = Recipe::read(&path, &[])?;
        let graph = train::shipped(&recipe);
        println!(
            "{}\t{} bp\t{} parameters\t{:.1} kFLOP a base",
            path.display(),
            graph.window(),
            graph.parameters(),
            graph.flops() as f64 / 1000.0
        );
    }
    Ok(())
}

fn work(verb: &str, path: &Path, options: &Options, device: Device) -> Result<()> {
    let (recipe, sha256) = Recipe::read(path, &options.changes)?;
    let name = options.name.as_ref().unwrap_or(&recipe.name);
    let folder = options.runs.join(name);
    let result_file = options.results.join(format!("{name}.json"));
    let wanted = |step: &str| verb == "run" || verb == step;
    if wanted("train") || wanted("evaluate") {
        let run = train::Run::new(&recipe, &options.data, &folder, device)?;
        if wanted("train") {
            run.train().context("training")?;
        }
        if wanted("evaluate") {
            let network = evaluate::load(&recipe, &folder, device)?;
            let evaluation = evaluate::evaluate(&run, &network, &options.data)?;
            let progress = train::read_json(&folder.join("progress.json"))?;
            let origin = Origin {
                name,
                recipe: path,
                sha256: &sha256,
                changes: &options.changes,
                data: &options.data,
                device,
            };
            let result = RunResult::new(&origin, &recipe, progress, evaluation)?;
            std::fs::create_dir_all(&options.results)?;
            train::write_json(&result_file, &result)?;
        }
    }
    if wanted("export") {
        let network = evaluate::load(&recipe, &folder, Device::Cpu)?;
        let result: RunResult = train::read_json(&result_file)?;
        let output = options
            .output
            .clone()
            .unwrap_or_else(|| folder.join("model.onnx"));
        export::export(&recipe, &network, &result, &options.data, &output)?;
    }
    Ok(())
}
