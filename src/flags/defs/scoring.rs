//! Windows and calls.

use super::SWITCH;
use crate::flags::{Flag, Section, Softmask, StrandChoice};

const MAX_STRIDE: u32 = 1_000_000;

pub(super) const FLAGS: &[Flag] = &[
    Flag {
        long: "stride",
        short: &['s'],
        value: Some("N"),
        section: Section::Scoring,
        shapes_output: true,
        short_doc: "bases between windows [the model's step]",
        long_doc: "Bases between the starts of neighbouring windows, counted from the start of \
            each contig. A multiple of the step of every model that is run. Default: the step.",
        update: |draft, value| {
            draft.args.stride = Some(value.count(1..=MAX_STRIDE)?);
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "strand",
        value: Some("STRAND"),
        choices: StrandChoice::WORDS,
        section: Section::Scoring,
        shapes_output: true,
        short_doc: "strands to score: both, + or - [both; bedgraph: +]",
        long_doc: "Strands to score with a stranded model: both, + or -. bedGraph holds one \
            strand a file, so it takes + or -. Symmetric models score both strands at once and \
            take only both. Default: both; with --format bedgraph, +.",
        update: |draft, value| {
            let strand = value.choice(StrandChoice::WORDS, StrandChoice::from_word)?;
            draft.args.strand = Some(strand);
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "min-score",
        value: Some("X"),
        section: Section::Scoring,
        shapes_output: true,
        short_doc: "least probability of a call [the model's]",
        long_doc: "Least value of a call or, with --raw, of a row. For models with a logit output \
            it is the calibrated probability, from 0 to 1: the share of true sites among \
            positions with that score on a genome. For models that predict a value it is that \
            value. Default: the threshold that the model states; with --raw, none.",
        update: |draft, value| {
            draft.args.min_score = Some(value.finite()?);
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "raw",
        section: Section::Scoring,
        shapes_output: true,
        short_doc: "one row a window instead of calls",
        long_doc: "Write each window that was scored instead of calls. --min-score still leaves \
            out rows below it.",
        update: |draft, _| {
            draft.args.raw = true;
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "max-n",
        value: Some("N"),
        section: Section::Scoring,
        shapes_output: true,
        short_doc: "unknown bases allowed in a window [0]",
        long_doc: "Unknown bases (N and other ambiguity codes) allowed in a window. A window with \
            more is not scored. Default: 0.",
        update: |draft, value| {
            draft.args.max_n = value.count(0..=u32::MAX)?;
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "softmask",
        value: Some("HOW"),
        choices: Softmask::WORDS,
        section: Section::Scoring,
        shapes_output: true,
        short_doc: "lower-case bases: score or skip [score]",
        long_doc: "Lower-case (soft-masked) bases: score treats them like any other; skip does \
            not score windows that report on one. Default: score.",
        update: |draft, value| {
            draft.args.softmask = value.choice(Softmask::WORDS, Softmask::from_word)?;
            Ok(())
        },
        ..SWITCH
    },
];
