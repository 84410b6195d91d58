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
        long_doc: "Bases between the starts of neighbouring windows, counted from the start of \
            each contig. A multiple of the step of every model that is run. More than the step needs \
            --raw if calls of the model are points, as those of exon-start: the windows left out \
            could be the best ones. Default: the step.",
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
        long_doc: "Strands to score with a stranded model: both, + or -. bedGraph holds one \
            strand a file, so it takes + or -. Symmetric models score both strands at once and \
            take only both. Default: both; with --format bedgraph, +.",
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
        long_doc: "Least value of a call or, with --raw, of a row. For models with a logit output \
            it is the calibrated probability, from 0 to 1: the share of true sites among \
            positions with that score on a genome. For models that predict a value it is that \
            value. MODEL=X is for one model, MODEL:LABEL=X for one label, with commas between \
            several: 0.5,promoter=0.02,binding-site:CTCF=0.1. So it is with --precision, --fdr and \
            --rate, of which one can be given. Default: the threshold that the model states; with \
            --raw, none.",
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
        short_doc: "least share of true sites, call by call",
        long_doc: "Write a call if the share of true sites among positions with its score is at \
            least P, by the calibration of the model. The share among all calls is then at least \
            P, and as a rule more, on a genome like the one of the calibration. The header says \
            which logit that is. Refused for models that give no probabilities, and for what \
            the calibration of a model does not reach. Not beside --min-score, --fdr or --rate.",
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
        short_doc: "most false calls, as a share: --precision 1-Q",
        long_doc: "The same as --precision with 1 - Q: each call is false with a probability of at \
            most Q (its local false discovery rate), and so at most the share Q of all calls. Not \
            beside --min-score, --precision or --rate.",
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
        long_doc: "The least score of a call is the one that N positions a megabase reach on the \
            background of the model: sequence that stands for a genome, both strands together, at \
            the step of the model. Calls are fewer, as neighbours become one. It works for every \
            model that has a background, calibrated or not; the header says which raw output it \
            is. Not beside --min-score, --precision or --fdr.",
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
        long_doc: "What is written as the value of a row. probability: the calibrated \
            probability, or the plain value of a model that predicts one. logit: the raw output \
            of the model. rate: -log10 of the share of a genome's positions that score at least \
            as much, by the background of the model: 3 is one position in a thousand. Values have \
            at least four significant digits. Calls are the same for all three. Default: \
            probability.",
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
        long: "top",
        value: Some("N[/Mb]"),
        section: Section::Scoring,
        shapes_output: true,
        common: false,
        short_doc: "keep the N best calls of a record, or megabase",
        long_doc: "Keep the N best calls of each label, both strands together. N: of each record, \
            which is a contig, a region, a covered stretch of a consensus, or a read; written when \
            it ends. N/Mb: of those that start in each megabase of it, cut at multiples of \
            1,000,000. Of equal calls the leftmost are better. Not with --shard, as no part knows \
            the calls of the others.",
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
        long_doc: "Bases within which windows over the threshold become one call of a region model, \
            from one reported base to the next; those a stride apart always do. Default: what the \
            model states.",
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
        choices: Softmask::VARIANTS,
        section: Section::Scoring,
        shapes_output: true,
        short_doc: "lower-case bases: score or skip [score]",
        long_doc: "Lower-case (soft-masked) bases: score treats them like any other; skip does \
            not score windows that report on one. Default: score.",
        update: |draft, value| {
            draft.args.softmask = value.choice()?;
            Ok(())
        },
        ..SWITCH
    },
];
