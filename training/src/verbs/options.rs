//! The program's arguments.

use std::path::PathBuf;

use anyhow::Result;

use crate::cuda::Choice;

pub const USAGE: &str = "\
usage: windrow-train list [RECIPES]       the recipes of a folder (default: recipes)
       windrow-train run RECIPE           train, evaluate, export
       windrow-train train RECIPE         or one of the three alone
       windrow-train evaluate RECIPE
       windrow-train export RECIPE
       windrow-train make MODEL           a bundled model from nothing: its recipe, and those that
                                          it builds on
       windrow-train search RECIPE        random search over the ranges of its [search]
       windrow-train report               RESULTS.md, diagrams and plots, from the result files
       windrow-train verify               whether each result file is of the recipe as it stands
       windrow-train verify RECIPE        runs a recipe of windows again, and compares its figures
       windrow-train background MODEL     counts the outputs of a model file on a genome, and
                                          writes the model with windrow.background to -o
RECIPE is FILE, or FILE:VARIANT where a file holds many; list shows them all.
  --data DIR         folder that a recipe's paths start from (default: $WINDROW_DATA)
  --set KEY=VALUE    changes one value of the recipe, e.g. architecture.channels=24; repeatable
  --name NAME        names the run (default: the recipe's name)
  --runs DIR         checkpoints and logs; a run that is there goes on (default: runs)
  --fresh            starts anew where a run is
  --results DIR      result files (default: results)
  --genome FASTA     of background and make (default: genome/human_chr1.fa.gz of the data)
  --blocks BED       of background: the parts to count (default: all but the validation block
                     chr1:233,999,000-236,501,000)
  --device DEVICE    cpu, cuda or auto: cuda where there is one (default: auto)
  -o, --output FILE  the exported model (default: model.onnx in the run's folder)
  -h, --help         this text
  --version          the version";

#[derive(Clone)]
pub struct Options {
    /// The verb, and what it works on.
    pub words: Vec<String>,
    pub data: PathBuf,
    pub changes: Vec<String>,
    pub name: Option<String>,
    pub runs: PathBuf,
    pub results: PathBuf,
    pub genome: Option<PathBuf>,
    pub blocks: Option<PathBuf>,
    pub output: Option<PathBuf>,
    pub fresh: bool,
    pub device: Choice,
}

/// What the arguments ask for.
pub enum Wanted {
    Help,
    Version,
    Work(Box<Options>),
}

/// Reads the arguments of the process.
///
/// # Errors
///
/// If there is an option that the program does not have, or one without its value.
pub fn parse() -> Result<Wanted> {
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
        device: Choice::Auto,
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("data") => options.data = parser.value()?.into(),
            Long("set") => options.changes.push(parser.value()?.string()?),
            Long("name") => options.name = Some(parser.value()?.string()?),
            Long("runs") => options.runs = parser.value()?.into(),
            Long("fresh") => options.fresh = true,
            Long("device") => options.device = parser.value()?.parse()?,
            Long("results") => options.results = parser.value()?.into(),
            Long("genome") => options.genome = Some(parser.value()?.into()),
            Long("blocks") => options.blocks = Some(parser.value()?.into()),
            Short('o') | Long("output") => options.output = Some(parser.value()?.into()),
            Short('h') | Long("help") => return Ok(Wanted::Help),
            Long("version") => return Ok(Wanted::Version),
            Value(word) => options.words.push(word.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Wanted::Work(Box::new(options)))
}
