//! The flag `--reads`.

use strum::{Display, EnumString, VariantNames};

/// What is scored of alignments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
pub enum Reads {
    /// The consensus of sorted alignments, on their contigs.
    Consensus,
    /// The sequence of each aligned read, with rows on the contig.
    Each,
    /// The sequence of each read, in coordinates of the read.
    Raw,
}
