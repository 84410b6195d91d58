//! What is scored of alignments.

use crate::words::choice;

choice! {
    /// What is scored of alignments.
    Reads {
        /// The sequence that sorted alignments spell, on their contigs.
        Consensus = "consensus",
        /// Each read's own sequence, as far as it is aligned to a contig.
        Each = "each",
        /// Each read's own sequence, in coordinates of its own.
        Raw = "raw",
    }
}
