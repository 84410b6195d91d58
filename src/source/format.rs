//! The formats of input.

use strum::{Display, EnumString, VariantNames};

/// Formats of input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
pub enum InputFormat {
    Fasta,
    Fastq,
    /// BAM, CRAM or SAM.
    Alignments,
    /// Regions.
    Bed,
}
