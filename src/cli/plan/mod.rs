//! Makes the plan of a run: loads models, and applies the rules that need flags and models.

mod chosen;
pub mod distinct;
mod files;
mod inputs;
mod models;

use anyhow::Context;

use crate::cli::flags::{Args, UsageError};
use crate::engine::engine_of;
use crate::model::Model;
use crate::pipeline::{LoadedModel, Plan, ScoredLabel, Scoring};
use crate::write::Destination;
use chosen::{check_scores, chosen};
use inputs::{check_presence, check_reads, check_regions, check_twice, inputs, source};
use models::{check_backgrounds, check_calls, check_engine, check_format, strand, strides};

/// Loads the models and checks the flags against them. `command` is the command line without flags
/// that cannot change the output. Inputs must exist, but are not opened.
pub fn plan(args: &mut Args, command: String) -> anyhow::Result<Plan> {
    distinct::check(args)?;
    let loaded = chosen(args)?;
    let contracts: Vec<_> = loaded.iter().map(|(model, _)| &model.contract).collect();
    let strides = strides(args, &contracts)?;
    check_scores(&loaded)?;
    check_backgrounds(args, &contracts)?;
    check_format(args, &contracts)?;
    check_calls(args, &contracts)?;
    check_engine(args.engine)?;
    check_reads(args)?;
    let labels = loaded.iter().map(|(_, heads)| heads.len()).sum();
    let strand = strand(args, &contracts, labels)?;
    check_regions(args)?;
    files::check(args)?;
    let inputs = inputs(args)?;
    inputs.iter().try_for_each(check_presence)?;
    if args.shard.is_some() {
        inputs.iter().try_for_each(check_twice)?;
    }
    let source = source(args);
    if let Some(path) = &source.reads.reference {
        path.metadata()
            .with_context(|| path.display().to_string())?;
    }
    let ready = |((model, heads), stride): ((Model, Vec<ScoredLabel>), usize)| {
        let labels: Vec<_> = heads.iter().map(|head| head.label).collect();
        let engine = engine_of(&model, &labels, stride, args.engine)
            .with_context(|| format!("model {}", model.origin))?;
        Ok(LoadedModel {
            model,
            engine,
            stride,
            heads,
        })
    };
    let models = loaded.into_iter().zip(strides).map(ready);
    let models = models.collect::<anyhow::Result<_>>()?;
    Ok(Plan {
        models,
        inputs,
        source,
        scoring: Scoring {
            strand,
            quantity: args.value,
            raw: args.raw,
            top: args.top,
            merge_distance: args.merge_distance,
            min_length: args.min_length,
            max_n: args.max_n,
            softmask: args.softmask,
        },
        output: Destination {
            format: args.format,
            path: args.output.clone(),
            bgzip: args.bgzip,
            index: args.index,
            header: !args.no_header,
            track: args.track,
            colors: args.item_rgb,
        },
        tracks: files::tracks(args),
        census: args.report.is_some(),
        chrom_sizes: args.chrom_sizes.clone(),
        unscored: args.unscored.clone(),
        shard: args.shard,
        threads: args.threads,
        chunk_size: args.chunk_size,
        command,
    })
}

/// Whether a run would read sequence from a terminal.
pub fn waits_for_typing(args: &Args, stdin_is_terminal: bool) -> bool {
    args.inputs.is_empty() && args.regions.is_empty() && stdin_is_terminal
}

fn rule(text: String) -> UsageError {
    UsageError::Rule(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::flags::{Command, parse};

    pub fn args(argv: &str) -> Args {
        match parse(argv.split_whitespace()) {
            Ok(Command::Run { args, .. }) => *args,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn only_an_empty_terminal_is_waited_for() {
        assert!(waits_for_typing(&args(""), true));
        assert!(!waits_for_typing(&args(""), false));
        assert!(!waits_for_typing(&args("-"), true));
        assert!(!waits_for_typing(&args("x.fa"), true));
        assert!(!waits_for_typing(&args("-r x.fa -R c"), true));
    }
}
