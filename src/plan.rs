//! From typed flags to loaded models: the rules that need both.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;

use crate::engine::{self, Engine, engine_of_choice};
use crate::flags::{Args, EngineChoice, InputFormat, Reads, StrandChoice, UsageError};
use crate::model::{self, Contract, Model, Output, Strandedness};
use crate::source::reads::{self, Filter, Rule, flag};
use crate::source::{self, Input, regions};
use crate::write::Holds;

/// All that a run needs.
pub struct Plan {
    pub args: Args,
    pub models: Vec<LoadedModel>,
    pub inputs: Vec<Input>,
    pub source: source::Options,
    /// Strands to score with stranded models.
    pub strand: StrandChoice,
    /// The command line, less what cannot change the output.
    pub command: String,
}

/// A model made ready for this run.
pub struct LoadedModel {
    pub model: Model,
    pub engine: Arc<dyn Engine>,
    /// Bases between windows, a multiple of the model's step.
    pub stride: usize,
}

impl Plan {
    /// Loads the models and holds the flags against them. Inputs are looked for, not opened.
    pub fn new(mut args: Args, command: String) -> anyhow::Result<Self> {
        let loaded = args.models.iter().map(|name| model::load(name));
        let loaded = loaded.collect::<Result<Vec<Model>, _>>()?;
        let contracts: Vec<_> = loaded.iter().map(|model| &model.contract).collect();
        let strides = strides(&args, &contracts)?;
        check_scores(&args, &contracts)?;
        check_format(&mut args, &contracts)?;
        check_engine(args.engine)?;
        check_reads(&args)?;
        let strand = strand(&args, &contracts)?;
        check_regions(&args)?;
        let inputs = inputs(&args)?;
        inputs.iter().try_for_each(check_presence)?;
        if args.shard.is_some() {
            inputs.iter().try_for_each(check_twice)?;
        }
        let source = source(&args);
        if let Some(path) = &source.reads.reference {
            path.metadata()
                .with_context(|| path.display().to_string())?;
        }
        let ready = |(model, stride): (Model, usize)| {
            let engine = engine_of_choice(&model, stride, args.engine)
                .with_context(|| format!("model {}", model.origin))?;
            Ok(LoadedModel {
                model,
                engine,
                stride,
            })
        };
        let models = loaded.into_iter().zip(strides).map(ready);
        let models = models.collect::<anyhow::Result<_>>()?;
        Ok(Self {
            args,
            models,
            inputs,
            source,
            strand,
            command,
        })
    }
}

/// Whether a run would wait for someone to type sequence.
pub fn waits_for_typing(args: &Args, stdin_is_terminal: bool) -> bool {
    args.inputs.is_empty() && args.regions.is_empty() && stdin_is_terminal
}

fn rule(text: String) -> UsageError {
    UsageError::Rule(text)
}

/// Regions and what belongs to them go together.
fn check_regions(args: &Args) -> Result<(), UsageError> {
    let fail = |text: &str| Err(rule(text.to_owned()));
    let listed = !args.regions.is_empty();
    match args.reference.as_deref() {
        None if listed => return fail("--region: --reference says what it is a region of"),
        None if args.region_strand => return fail("--region-strand: there is no --reference"),
        None if args.input_format == Some(InputFormat::Bed) => {
            return fail("--input-format bed: --reference says what the regions are of");
        }
        Some(path) if path == Path::new("-") => {
            return fail("--reference: it is read by place, so it cannot be standard input");
        }
        _ => {}
    }
    if listed && !args.inputs.is_empty() {
        return fail("--region takes its sequence from --reference: name no INPUT beside it");
    }
    if listed && args.region_strand {
        return fail("--region-strand: a --region has no strand");
    }
    if args.region_strand
        && args
            .strand
            .is_some_and(|strand| strand != StrandChoice::Both)
    {
        return fail("--region-strand: --strand leaves out one of the strands");
    }
    let (format, layout) = (args.format.word(), args.format.layout());
    let lacking = [
        ("names", args.names && !layout.names),
        ("region-strand", args.region_strand && layout.steps),
    ];
    if let Some((flag, _)) = lacking.into_iter().find(|&(_, lacks)| lacks) {
        return Err(rule(format!(
            "--{flag}: --format {format} has no column for it"
        )));
    }
    Ok(())
}

fn inputs(args: &Args) -> Result<Vec<Input>, UsageError> {
    if !args.regions.is_empty() {
        return Ok(vec![Input::Regions(args.regions.clone())]);
    }
    let inputs: Vec<_> = args.inputs.iter().map(|path| Input::new(path)).collect();
    if inputs
        .iter()
        .filter(|&input| *input == Input::Stdin)
        .count()
        > 1
    {
        return Err(rule("standard input ('-') is named twice".to_owned()));
    }
    Ok(if inputs.is_empty() {
        vec![Input::Stdin]
    } else {
        inputs
    })
}

/// A missing file ends the run before the ones named ahead of it are read.
fn check_presence(input: &Input) -> anyhow::Result<()> {
    if let Input::File(path) = input {
        path.metadata().with_context(|| input.to_string())?;
    }
    Ok(())
}

/// What is counted first is read twice.
fn check_twice(input: &Input) -> anyhow::Result<()> {
    let twice = match input {
        Input::Stdin => false,
        Input::File(path) => path.metadata()?.is_file(),
        Input::Regions(_) => true,
    };
    if !twice {
        return Err(rule(format!(
            "--shard: {input} cannot be read twice; name a file"
        ))
        .into());
    }
    Ok(())
}

fn source(args: &Args) -> source::Options {
    let exclude = match args.reads {
        Reads::Consensus | Reads::Each => flag::POOR | flag::UNMAPPED,
        Reads::Raw => flag::POOR,
    };
    source::Options {
        format: args.input_format,
        header_coords: args.header_coords,
        regions: regions::Options {
            reference: args.reference.clone(),
            strand: args.region_strand,
            names: args.names,
            flank: 0,
        },
        quiet: args.quiet,
        reads: reads::Options {
            reads: args.reads,
            filter: Filter {
                require: args.require_flags,
                exclude: args.exclude_flags.unwrap_or(exclude),
                min_quality: args.min_mapq,
            },
            rule: Rule {
                min_depth: args.min_depth,
                min_fraction: args.min_fraction,
            },
            reference: args.reference.clone(),
        },
    }
}

/// Rows of reads overlap, and a track would not say whose they are.
fn check_reads(args: &Args) -> Result<(), UsageError> {
    if args.reads != Reads::Consensus && !args.format.layout().names {
        let (reads, format) = (args.reads.word(), args.format.word());
        let text = format!("--reads {reads}: --format {format} has no column for names of reads");
        return Err(rule(text));
    }
    Ok(())
}

fn strides(args: &Args, contracts: &[&Contract]) -> Result<Vec<usize>, UsageError> {
    let stride = |contract: &&Contract| match args.stride {
        None => Ok(contract.step),
        Some(stride) if (stride as usize).is_multiple_of(contract.step) => Ok(stride as usize),
        Some(stride) => Err(rule(format!(
            "--stride: {stride} is not a multiple of {}, the step of {}",
            contract.step, contract.name
        ))),
    };
    contracts.iter().map(stride).collect()
}

fn check_scores(args: &Args, contracts: &[&Contract]) -> Result<(), UsageError> {
    let Some(least) = args.min_score else {
        return Ok(());
    };
    let probabilities = contracts
        .iter()
        .any(|contract| contract.output == Output::Logit);
    if probabilities && !(0.0..=1.0).contains(&least) {
        return Err(rule(format!(
            "--min-score: {least} is not a probability from 0 to 1"
        )));
    }
    Ok(())
}

/// What the format cannot hold is refused; what it only can hold is what is written.
fn check_format(args: &mut Args, contracts: &[&Contract]) -> Result<(), UsageError> {
    let (format, layout) = (args.format.word(), args.format.layout());
    match layout.holds {
        Holds::Calls if args.raw => {
            return Err(rule(format!(
                "--raw: --format {format} holds calls, not windows"
            )));
        }
        Holds::Windows(_) => args.raw = true,
        Holds::Calls | Holds::Either => {}
    }
    for contract in contracts {
        if let Some(reason) = (layout.refuses)(contract) {
            return Err(rule(format!(
                "--format {format} cannot hold {}: {reason}",
                contract.name
            )));
        }
    }
    Ok(())
}

fn check_engine(choice: EngineChoice) -> Result<(), UsageError> {
    if engine::is_there(choice) {
        return Ok(());
    }
    Err(rule(format!(
        "--engine: this machine has no {}",
        choice.word()
    )))
}

/// The strands to score: what was asked for, else all that the format can hold.
fn strand(args: &Args, contracts: &[&Contract]) -> Result<StrandChoice, UsageError> {
    let (format, layout) = (args.format.word(), args.format.layout());
    for contract in contracts {
        match (contract.strand, args.strand) {
            (Strandedness::Symmetric, Some(StrandChoice::Forward | StrandChoice::Reverse)) => {
                let name = &contract.name;
                return Err(rule(format!(
                    "--strand: {name} is symmetric and has no strands"
                )));
            }
            (Strandedness::Stranded, Some(StrandChoice::Both)) if layout.steps => {
                return Err(rule(format!(
                    "--strand: --format {format} holds one strand a file, + or -"
                )));
            }
            _ => {}
        }
    }
    let tracks: usize = contracts.iter().map(|contract| contract.labels.len()).sum();
    if layout.single && tracks != 1 {
        let text = format!("--format {format} holds one label of one model a file, not {tracks}");
        return Err(rule(text));
    }
    let all = if layout.steps {
        StrandChoice::Forward
    } else {
        StrandChoice::Both
    };
    Ok(args.strand.unwrap_or(all))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flags::{Command, parse};

    fn args(argv: &str) -> Args {
        match parse(argv.split_whitespace()) {
            Ok(Command::Run { args, .. }) => *args,
            other => panic!("{other:?}"),
        }
    }

    fn contract(change: impl FnOnce(&mut Contract)) -> Contract {
        let mut contract = model::load("exon-start").unwrap().contract;
        change(&mut contract);
        contract
    }

    #[test]
    fn only_an_empty_terminal_is_waited_for() {
        assert!(waits_for_typing(&args(""), true));
        assert!(!waits_for_typing(&args(""), false));
        assert!(!waits_for_typing(&args("-"), true));
        assert!(!waits_for_typing(&args("x.fa"), true));
        assert!(!waits_for_typing(&args("-r x.fa -R c"), true));
    }

    #[test]
    fn stride_is_a_multiple_of_the_step() {
        let four = contract(|contract| contract.step = 4);
        assert_eq!(strides(&args(""), &[&four]), Ok(vec![4]));
        assert_eq!(strides(&args("-s 12"), &[&four]), Ok(vec![12]));
        assert!(strides(&args("-s 6"), &[&four]).is_err());
    }

    #[test]
    fn min_score_of_a_logit_model_is_a_probability() {
        let logit = contract(|contract| contract.output = Output::Logit);
        let value = contract(|contract| contract.output = Output::Value);
        assert!(check_scores(&args("--min-score 1"), &[&logit]).is_ok());
        assert!(check_scores(&args("--min-score 1.5"), &[&logit]).is_err());
        assert!(check_scores(&args("--min-score 1.5"), &[&value]).is_ok());
    }

    #[test]
    fn bedgraph_holds_one_strand_of_one_label() {
        let stranded = contract(|contract| contract.strand = Strandedness::Stranded);
        let symmetric = contract(|contract| contract.strand = Strandedness::Symmetric);
        let two = contract(|contract| contract.labels = vec!["a".to_owned(), "b".to_owned()]);
        let allowed = |argv: &str, contracts: &[&Contract]| strand(&args(argv), contracts).is_ok();
        assert!(!allowed("-f bedgraph --strand both", &[&stranded]));
        assert_eq!(
            strand(&args("-f bedgraph"), &[&stranded]),
            Ok(StrandChoice::Forward)
        );
        assert!(allowed("-f bedgraph --strand -", &[&stranded]));
        assert!(allowed("-f bedgraph", &[&symmetric]));
        assert!(!allowed("-f bedgraph --strand +", &[&two]));
        assert!(!allowed("-f bedgraph --strand +", &[&stranded, &stranded]));
        assert!(allowed("-f bed", &[&stranded, &two]));
    }

    #[test]
    fn rows_of_single_reads_are_bed() {
        assert!(check_reads(&args("--reads each")).is_ok());
        assert!(check_reads(&args("-f bedgraph --reads consensus")).is_ok());
        assert!(check_reads(&args("-f bedgraph --reads each")).is_err());
        assert!(check_reads(&args("-f bedgraph --reads raw")).is_err());
    }

    #[test]
    fn unmapped_reads_are_left_out_unless_read_raw() {
        let exclude = |argv: &str| source(&args(argv)).reads.filter.exclude;
        assert_eq!(exclude(""), 0xf04);
        assert_eq!(exclude("--reads each"), 0xf04);
        assert_eq!(exclude("--reads raw"), 0xf00);
        assert_eq!(exclude("--reads raw -F 4"), 4);
    }

    #[test]
    fn regions_are_of_a_reference() {
        let allowed = |argv: &str| check_regions(&args(argv)).is_ok();
        assert!(allowed("-r g.fa"));
        assert!(allowed("-r g.fa a.bed b.fa --region-strand --names"));
        assert!(allowed("-r g.fa -R c -R d --names"));
        for argv in [
            "-R c",
            "--region-strand",
            "--input-format bed",
            "-r -",
            "-r g.fa -R c a.bed",
            "-r g.fa -R c --region-strand",
            "-r g.fa --region-strand --strand +",
            "-r g.fa --region-strand -f bedgraph",
            "-r g.fa --names -f bedgraph",
        ] {
            assert!(!allowed(argv), "{argv}");
        }
    }

    #[test]
    fn a_symmetric_model_has_no_strands() {
        let symmetric = contract(|contract| contract.strand = Strandedness::Symmetric);
        assert!(strand(&args("--strand +"), &[&symmetric]).is_err());
        assert_eq!(strand(&args(""), &[&symmetric]), Ok(StrandChoice::Both));
    }

    #[test]
    fn standard_input_is_read_once() {
        assert_eq!(inputs(&args("")), Ok(vec![Input::Stdin]));
        assert!(inputs(&args("- a.fa -")).is_err());
    }
}
