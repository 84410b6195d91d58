//! The formats of input.

use crate::words::choice;

choice! {
    /// Formats of input.
    InputFormat {
        Fasta = "fasta",
        Fastq = "fastq",
        /// BAM, CRAM or SAM.
        Alignments = "alignments",
        /// Regions.
        Bed = "bed",
    }
}
