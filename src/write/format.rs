//! The formats of output.

use strum::{Display, EnumString, VariantNames};

/// Output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
pub enum Format {
    /// BED6+1, both strands in one file.
    Bed,
    /// Four columns, one strand a file.
    BedGraph,
    /// BED6+4 of calls, with summits.
    NarrowPeak,
    Gff3,
    /// A table with titles.
    Tsv,
    /// Scores of acceptors for spliced aligners.
    Spsc,
    /// The bedGraph with an index and summaries, to a file.
    BigWig,
    /// The BED with an index and summaries, to a file.
    BigBed,
}
