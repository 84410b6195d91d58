//! The `track` line of browsers.

use super::Provenance;
use crate::model::Strandedness;
use crate::sequence::StrandChoice;

/// `track ...`, one line. `kind` is its type (none for BED); `colors` says that rows have colours.
pub(super) fn line(
    kind: Option<&str>,
    colors: bool,
    models: &[Provenance<'_>],
    strand: StrandChoice,
) -> String {
    let join = |words: Vec<&str>| words.join(", ");
    let contracts = models.iter().map(|of| &of.model.contract);
    let names = join(contracts.clone().map(|model| model.name.as_str()).collect());
    let labels = models.iter().flat_map(|of| {
        let labels = of.least.iter();
        labels.map(|(label, _)| of.model.contract.labels[*label].as_str())
    });
    let labels = join(labels.collect());
    let stranded = contracts
        .clone()
        .any(|model| model.strand == Strandedness::Stranded);
    let strand = match strand {
        StrandChoice::Forward if stranded => " +",
        StrandChoice::Reverse if stranded => " -",
        _ => "",
    };
    let scale = match kind {
        // A browser either shades by score or shows the colours.
        None if colors => "itemRgb=On",
        None => "useScore=1",
        Some("bedGraph") => "visibility=full autoScale=on",
        Some(_) => "visibility=pack",
    };
    let kind = kind.map_or(String::new(), |kind| format!("type={kind} "));
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "track {kind}name=\"{names}{strand}\" \
         description=\"{labels}{strand}, windrow {version}\" {scale}\n"
    )
}
