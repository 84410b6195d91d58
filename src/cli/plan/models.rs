//! Checks flags against models and format.

use super::rule;
use crate::cli::flags::{Args, UsageError};
use crate::engine::{self, EngineChoice};
use crate::model::{CallShape, Contract, Strandedness};
use crate::sequence::StrandChoice;
use crate::value::Quantity;
use crate::write::{BrowserTrack, Format, LabelScope, RowKinds};

pub(super) fn strides(args: &Args, contracts: &[&Contract]) -> Result<Vec<usize>, UsageError> {
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

/// Refuses flags that need the background of a model that has none.
pub(super) fn check_backgrounds(args: &Args, contracts: &[&Contract]) -> Result<(), UsageError> {
    let of_background = (args.value == Quantity::Rate).then_some("value rate");
    let lacking = contracts
        .iter()
        .find(|contract| contract.background.is_empty());
    match (of_background, lacking) {
        (Some(flag), Some(contract)) => Err(rule(format!(
            "--{flag}: {} has no background (windrow.background)",
            contract.name
        ))),
        _ => Ok(()),
    }
}

/// Refuses flags of calls where no calls are made.
pub(super) fn check_calls(args: &Args, contracts: &[&Contract]) -> Result<(), UsageError> {
    let of_regions = [
        ("merge-distance", args.merge_distance.is_some()),
        ("min-length", args.min_length > 0),
    ];
    let given = |(flag, is_given): (&'static str, bool)| is_given.then_some(flag);
    let all = of_regions.into_iter().chain([("top", args.top.is_some())]);
    if let Some(flag) = all.clone().find_map(given).filter(|_| args.raw) {
        let windows = match args.layout().holds {
            RowKinds::Windows(_) => format!("--format {}", args.format),
            RowKinds::Either | RowKinds::Calls => "--raw".to_owned(),
        };
        let text = format!("--{flag} is about calls: {windows} writes windows");
        return Err(rule(text));
    }
    let regions = contracts
        .iter()
        .any(|contract| contract.calls == CallShape::Region);
    if let Some(flag) = of_regions.into_iter().find_map(given).filter(|_| !regions) {
        let name = &contracts[0].name;
        return Err(rule(format!(
            "--{flag}: calls of {name} are points, not regions"
        )));
    }
    if let (Some(stride), false) = (args.stride, args.raw) {
        let skips = |contract: &&&Contract| {
            contract.calls == CallShape::Point && stride as usize > contract.step
        };
        if let Some(contract) = contracts.iter().find(skips) {
            return Err(rule(format!(
                "--stride: a call of {} is the best of all windows near it, so none can be left \
                 out; use --raw for windows that are further apart",
                contract.name
            )));
        }
    }
    if args.top.is_some() && args.shard.is_some() {
        let text = "--top cannot be used with --shard: no part knows the calls of the others";
        return Err(rule(text.to_owned()));
    }
    Ok(())
}

/// Refuses rows that the format cannot hold, and chooses those that it demands.
pub(super) fn check_format(args: &mut Args, contracts: &[&Contract]) -> Result<(), UsageError> {
    let (format, layout) = (args.format, args.layout());
    match layout.holds {
        RowKinds::Calls if args.raw => {
            return Err(rule(format!(
                "--raw: --format {format} holds calls, not windows"
            )));
        }
        RowKinds::Windows(_) => args.raw = true,
        RowKinds::Calls | RowKinds::Either => {}
    }
    if args.item_rgb && args.format != Format::Bed {
        return Err(rule(format!(
            "--itemrgb: --format {format} has no column for colours; bed has"
        )));
    }
    if args.track && layout.track == BrowserTrack::None {
        return Err(rule(format!(
            "--track: --format {format} is not a format of tracks"
        )));
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

pub(super) fn check_engine(choice: EngineChoice) -> Result<(), UsageError> {
    if engine::is_supported(choice) {
        return Ok(());
    }
    Err(rule(format!("--engine: this machine has no {}", choice)))
}

/// The strands to score: those of the flag, else all that the format can hold.
pub(super) fn strand(
    args: &Args,
    contracts: &[&Contract],
    labels: usize,
) -> Result<StrandChoice, UsageError> {
    let (format, layout) = (args.format, args.layout());
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
    let (most, found, advice) = match layout.tracks {
        LabelScope::Label => (
            "one label of one model",
            labels,
            "; -m MODEL:LABEL chooses one",
        ),
        LabelScope::Model => ("one model", contracts.len(), ""),
        LabelScope::Any => ("", 1, ""),
    };
    if found != 1 {
        return Err(rule(format!(
            "--format {format} holds {most} a file, not {found}{advice}"
        )));
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
    use super::super::tests::args;
    use super::*;
    use crate::model;

    fn contract(change: impl FnOnce(&mut Contract)) -> Contract {
        let mut contract = model::load("exon-start").unwrap().contract;
        change(&mut contract);
        contract
    }

    #[test]
    fn stride_is_a_multiple_of_the_step() {
        let four = contract(|contract| contract.step = 4);
        assert_eq!(strides(&args(""), &[&four]), Ok(vec![4]));
        assert_eq!(strides(&args("-s 12"), &[&four]), Ok(vec![12]));
        assert!(strides(&args("-s 6"), &[&four]).is_err());
    }

    #[test]
    fn bedgraph_holds_one_strand_of_one_label() {
        let stranded = contract(|contract| contract.strand = Strandedness::Stranded);
        let symmetric = contract(|contract| contract.strand = Strandedness::Symmetric);
        let two = contract(|contract| contract.labels = vec!["a".to_owned(), "b".to_owned()]);
        let labels = |contracts: &[&Contract]| contracts.iter().map(|of| of.labels.len()).sum();
        let allowed = |argv: &str, contracts: &[&Contract]| {
            strand(&args(argv), contracts, labels(contracts)).is_ok()
        };
        assert!(!allowed("-f bedgraph --strand both", &[&stranded]));
        assert_eq!(
            strand(&args("-f bedgraph"), &[&stranded], 1),
            Ok(StrandChoice::Forward)
        );
        assert!(allowed("-f bedgraph --strand -", &[&stranded]));
        assert!(allowed("-f bedgraph", &[&symmetric]));
        assert!(!allowed("-f bedgraph --strand +", &[&two]));
        assert!(!allowed("-f bedgraph --strand +", &[&stranded, &stranded]));
        assert!(allowed("-f bed", &[&stranded, &two]));
    }

    #[test]
    fn a_symmetric_model_has_no_strands() {
        let symmetric = contract(|contract| contract.strand = Strandedness::Symmetric);
        assert!(strand(&args("--strand +"), &[&symmetric], 1).is_err());
        assert_eq!(strand(&args(""), &[&symmetric], 1), Ok(StrandChoice::Both));
    }
}
