//! Checks of flags for inputs.

use std::path::Path;

use anyhow::Context;

use super::rule;
use crate::cli::flags::{Args, UsageError};
use crate::sequence::StrandChoice;
use crate::source::reads::{self, Filter, Reads, Rule, flag};
use crate::source::{self, Consumed, Input, InputFormat, regions};

/// Regions need a reference, and flags of regions need regions.
pub(super) fn check_regions(args: &Args) -> Result<(), UsageError> {
    let fail = |text: &str| Err(rule(text.to_owned()));
    let listed = !args.regions.is_empty();
    match args.reference.as_deref() {
        None if listed => return fail("--region needs --reference FASTA"),
        None if args.region_strand => return fail("--region-strand needs --reference FASTA"),
        None if args.input_format == Some(InputFormat::Bed) => {
            return fail("--input-format bed needs --reference FASTA");
        }
        Some(path) if path == Path::new("-") => {
            return fail("--reference: it needs random access, so it cannot be standard input");
        }
        _ => {}
    }
    if listed && !args.inputs.is_empty() {
        return fail("--region: the sequence is that of --reference, so there can be no INPUT");
    }
    if listed && args.region_strand {
        return fail("--region-strand: a --region has no strand");
    }
    if args.region_strand
        && args
            .strand
            .is_some_and(|strand| strand != StrandChoice::Both)
    {
        return fail("--region-strand cannot be used with --strand + or -");
    }
    let (format, layout) = (args.format, args.layout());
    let lacking = [
        ("names", args.names && !layout.names),
        ("region-strand", args.region_strand && layout.steps),
    ];
    if let Some((flag, _)) = lacking.into_iter().find(|&(_, lacks)| lacks) {
        let style = style(args);
        return Err(rule(format!(
            "--{flag}: --format {format}{style} has no column for it"
        )));
    }
    Ok(())
}

pub(super) fn inputs(args: &Args) -> Result<Vec<Input>, UsageError> {
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

/// Refuses a missing file before any other input is read.
pub(super) fn check_presence(input: &Input) -> anyhow::Result<()> {
    if let Input::File(path) = input {
        path.metadata().with_context(|| input.to_string())?;
    }
    Ok(())
}

/// Refuses inputs that cannot be read twice, as shards need.
pub(super) fn check_twice(input: &Input) -> anyhow::Result<()> {
    let twice = match input {
        Input::Stdin | Input::Stream => false,
        Input::File(path) => path.metadata()?.is_file(),
        Input::Regions(_) => true,
    };
    if !twice {
        return Err(rule(format!(
            "--shard: {input} cannot be read twice; write it to a file, and name that"
        ))
        .into());
    }
    Ok(())
}

pub(super) fn source(args: &Args) -> source::SourceOptions {
    let exclude = match args.reads {
        Reads::Consensus | Reads::Each => flag::POOR | flag::UNMAPPED,
        Reads::Raw => flag::POOR,
    };
    source::SourceOptions {
        format: args.input_format,
        header_coords: args.header_coords,
        regions: regions::RegionOptions {
            reference: args.reference.clone(),
            strand: args.region_strand,
            names: args.names,
            flank: 0,
        },
        quiet: args.quiet,
        consumed: Consumed::default(),
        reads: reads::ReadOptions {
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

/// Flag that takes the column for names from BED, for messages.
fn style(args: &Args) -> &'static str {
    match (args.item_rgb, args.track) {
        (true, _) => " with --itemrgb",
        (false, true) => " with --track",
        (false, false) => "",
    }
}

/// Refuses flags that do not fit rows of reads.
pub(super) fn check_reads(args: &Args) -> Result<(), UsageError> {
    if args.reads == Reads::Raw && args.chrom_sizes.is_some() {
        let text = "--chrom-sizes: with --reads raw there are reads, and no contigs";
        return Err(rule(text.to_owned()));
    }
    if args.reads != Reads::Consensus && !args.layout().names {
        let (reads, format, style) = (args.reads, args.format, style(args));
        let text =
            format!("--reads {reads}: --format {format}{style} has no column for names of reads");
        return Err(rule(text));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::args;
    use super::*;

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
    fn standard_input_is_read_once() {
        assert_eq!(inputs(&args("")), Ok(vec![Input::Stdin]));
        assert!(inputs(&args("- a.fa -")).is_err());
    }
}
