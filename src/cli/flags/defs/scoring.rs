//! Flags of windows and calls.

use strum::VariantNames;

use super::SWITCH;
use crate::call::{Threshold, Top};
use crate::cli::flags::{Flag, Section};
use crate::sequence::StrandChoice;
use crate::value::Quantity;
use crate::window::Softmask;

const MAX_STRIDE: u32 = 1_000_000;
const MAX_DISTANCE: usize = 10_000_000;

pub(super) const FLAGS: &[Flag] = &[
    Flag {
        long: "stride",
        short: &['s'],
        value: Some("N"),
        section: Section::Scoring,
        shapes_output: true,
        short_doc: "bases between windows [the model's step]",
        long_doc: "Bases between the starts of neighbouring windows, which begin at multiples of it \
            on each contig. It must be a multiple of the step of each model. If a model calls \
            points, as exon-start does, a stride above the step needs --raw: the best windows \
            could be among those that are left out. Default: the step.",
        update: |draft, value| {
            draft.args.stride = Some(value.count(1..=MAX_STRIDE)?);
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "strand",
        value: Some("STRAND"),
        choices: StrandChoice::VARIANTS,
        section: Section::Scoring,
        shapes_output: true,
        short_doc: "strands to score: both, + or - [both; bedgraph: +]",
        long_doc: "Strands to score with a stranded model: both, + or -. bedGraph holds one strand in \
            a file, so it takes + or -. Symmetric models score both strands at once, and take \
            only both. Default: both; with --format bedgraph, +.",
        update: |draft, value| {
            let strand = value.choice()?;
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
        long_doc: "Least value of a call or, with --raw, of a row. For models with a logit output it \
            is the calibrated probability, from 0 to 1: the share of true sites among \
            positions of a genome with this score. For models that predict a value it is this \
            value. X is for all models, MODEL=X for one model and MODEL:LABEL=X for one label, \
            separated by commas: 0.5,promoter=0.02,binding-site:CTCF=0.1. --precision, --fdr \
            and --rate take the same forms; only one of the four can be given. Default: the \
            threshold that the model states; with --raw, none.",
        update: |draft, value| {
            draft.add_bounds(value, |value| value.finite().map(Threshold::Score))
        },
        ..SWITCH
    },
    Flag {
        long: "precision",
        value: Some("P"),
        section: Section::Scoring,
        shapes_output: true,
        common: false,
        short_doc: "least share of true sites at the score of a call",
        long_doc: "Write a call if, by the calibration of the model, the share of true sites among \
            positions with its score is at least P. On a genome like that of the calibration, \
            the share of true sites among all calls is then at least P, and usually higher. \
            The header names the logit that P corresponds to. Models without probabilities, \
            and a P that the calibration does not reach, are refused.",
        update: |draft, value| {
            draft.add_bounds(value, |value| value.fraction().map(Threshold::Precision))
        },
        ..SWITCH
    },
    Flag {
        long: "fdr",
        value: Some("Q"),
        section: Section::Scoring,
        shapes_output: true,
        common: false,
        short_doc: "greatest share of false calls: --precision 1-Q",
        long_doc: "As --precision with 1 - Q: by the calibration, the probability that a call is \
            false (its local false discovery rate) is at most Q, and so is the share of false \
            calls.",
        update: |draft, value| {
            draft.add_bounds(value, |value| value.fraction().map(Threshold::Fdr))
        },
        ..SWITCH
    },
    Flag {
        long: "rate",
        value: Some("N/Mb"),
        section: Section::Scoring,
        shapes_output: true,
        common: false,
        short_doc: "threshold that N positions a megabase reach",
        long_doc: "The threshold is the score that N positions in a megabase reach on the background \
            of the model (sequence that stands for a genome, both strands together, at the \
            step of the model). There are fewer calls than that, since neighbouring positions \
            make one call. It works for every model that has a background, calibrated or not. \
            The header names the raw output that N corresponds to.",
        update: |draft, value| {
            draft.add_bounds(value, |value| {
                let rate = value.text().ok().and_then(Threshold::parse_rate);
                rate.ok_or_else(|| "is not a number of positions such as 50/Mb".to_owned())
            })
        },
        ..SWITCH
    },
    Flag {
        long: "value",
        value: Some("WHAT"),
        choices: Quantity::VARIANTS,
        section: Section::Scoring,
        shapes_output: true,
        common: false,
        short_doc: "value of a row: probability, logit or rate",
        long_doc: "Quantity of the value of a row. probability: the calibrated probability, or the \
            value of a model that predicts one. logit: the raw output of the model. rate: \
            -log10 of the share of a genome's positions that score at least as much, from the \
            background of the model; 3 is one position in a thousand, and 0 stands for all that a \
            tenth of them or more reach. Values have at least four significant digits. Calls are the same for all three. Default: probability.",
        update: |draft, value| {
            draft.args.value = value.choice()?;
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "raw",
        section: Section::Scoring,
        shapes_output: true,
        short_doc: "a row for each window instead of calls",
        long_doc: "Write a row for each scored window instead of calls. --min-score leaves out rows \
            below it.",
        update: |draft, _| {
            draft.args.raw = true;
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "top",
        value: Some("N[/Mb]"),
        section: Section::Scoring,
        shapes_output: true,
        common: false,
        short_doc: "keep the N best calls of a record, or megabase",
        long_doc: "Keep the N best calls of each label, both strands together. With N, of each record \
            (a contig, a region, a covered stretch of a consensus, or a read); they are \
            written at its end. With N/Mb, of each megabase of a record, by the starts of \
            calls; megabases begin at multiples of 1,000,000. Of equal calls the leftmost is \
            better. Not with --shard, since no part knows the calls of the others.",
        update: |draft, value| {
            draft.args.top = value.text().ok().and_then(Top::parse);
            match draft.args.top {
                Some(_) => Ok(()),
                None => Err("is not a number of calls such as 10 or 10/Mb".to_owned()),
            }
        },
        ..SWITCH
    },
    Flag {
        long: "merge-distance",
        value: Some("N"),
        section: Section::Scoring,
        shapes_output: true,
        common: false,
        short_doc: "bases within which windows are one call [the model's]",
        long_doc: "For region models: windows at or above the threshold whose reported bases are at \
            most N apart become one call. Windows one stride apart always do. Default: the \
            distance that the model states.",
        update: |draft, value| {
            draft.args.merge_distance = Some(value.count(0..=MAX_DISTANCE)?);
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "min-length",
        value: Some("N"),
        section: Section::Scoring,
        shapes_output: true,
        common: false,
        short_doc: "least bases of a call of a region model [0]",
        long_doc: "Leave out calls of region models that are shorter than N bases. Default: 0.",
        update: |draft, value| {
            draft.args.min_length = value.count(0..=usize::MAX)?;
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
        long_doc: "Number of unknown bases (N and other ambiguity codes) that a window may have. A \
            window with more is not scored. Default: 0.",
        update: |draft, value| {
            draft.args.max_n = value.count(0..=u32::MAX)?;
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "softmask",
        value: Some("HOW"),
        choices: Softmask::VARIANTS,
        section: Section::Scoring,
        shapes_output: true,
        short_doc: "lower-case bases: score or skip [score]",
        long_doc: "Lower-case (soft-masked) bases. score: treat them like others. skip: do not score \
            windows that report on one. Default: score.",
        update: |draft, value| {
            draft.args.softmask = value.choice()?;
            Ok(())
        },
        ..SWITCH
    },
];
