//! Flags of running. They do not change the output, except for the engine.

use strum::VariantNames;

use super::SWITCH;
use crate::cli::flags::{Flag, Section};
use crate::engine::EngineChoice;
use crate::pipeline::DEFAULT_CHUNK;

const MAX_THREADS: usize = 1024;
const MIN_CHUNK: usize = 256;
const MAX_CHUNK: usize = 1 << 26;
const _: () = assert!(MIN_CHUNK <= DEFAULT_CHUNK && DEFAULT_CHUNK <= MAX_CHUNK);

pub(super) const FLAGS: &[Flag] = &[
    Flag {
        long: "threads",
        short: &['t', '@'],
        value: Some("N"),
        section: Section::Running,
        short_doc: "threads that score (also -@) [all cores]",
        long_doc: "Number of threads that score. One of them also writes, and a further thread reads. \
            The output is the same for any number. Default: one for each core.",
        update: |draft, value| {
            draft.args.threads = value.count(1..=MAX_THREADS)?;
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "engine",
        value: Some("ENGINE"),
        choices: EngineChoice::VARIANTS,
        section: Section::Running,
        shapes_output: true,
        same_bytes: &["auto", "avx512", "avx2", "neon", "portable"],
        common: false,
        short_doc: "engine of dense models [auto]",
        long_doc: "Engine of dense models. auto: the kernels of windrow, with the best instructions \
            of this machine. avx512, avx2, neon or portable: the kernels with these \
            instructions; the output has the same bytes. tract: the library that runs any \
            model; the last digit of values may differ. Models that the kernels cannot run are \
            run by tract, and -v reports it. Default: auto.",
        update: |draft, value| {
            draft.args.engine = value.choice()?;
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "chunk-size",
        value: Some("N"),
        section: Section::Running,
        common: false,
        short_doc: "bases of a work unit [65536]",
        long_doc: "Bases of a work unit. Memory is proportional to it, times the number of threads. \
            The output is the same for any size. Default: 65536.",
        update: |draft, value| {
            draft.args.chunk_size = value.count(MIN_CHUNK..=MAX_CHUNK)?;
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "quiet",
        short: &['q'],
        section: Section::Running,
        short_doc: "no summary on standard error",
        long_doc: "Write no summary and no warnings to standard error. Errors are still written.",
        update: |draft, _| {
            draft.args.quiet = true;
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "verbose",
        short: &['v'],
        section: Section::Running,
        short_doc: "report more on standard error",
        long_doc: "Report on standard error which engine runs each model, and how many records each \
            input holds.",
        update: |draft, _| {
            draft.args.verbose = true;
            Ok(())
        },
        ..SWITCH
    },
];
