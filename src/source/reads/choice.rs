//! What is scored of alignments.

use strum::{Display, EnumString, VariantNames};

/// What is scored of alignments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
pub enum Reads {
    /// The sequence that sorted alignments spell, on their contigs.
    Consensus,
    /// Each read's own sequence, as far as it is aligned to a contig.
    Each,
    /// Each read's own sequence, in coordinates of its own.
    Raw,
}
