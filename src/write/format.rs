//! The formats of output.

use crate::words::choice;

choice! {
    /// Output format.
    Format {
        /// BED6+1, both strands in one file.
        Bed = "bed",
        /// Four columns, one strand a file.
        BedGraph = "bedgraph",
        /// BED6+4 of calls, with summits.
        NarrowPeak = "narrowpeak",
        Gff3 = "gff3",
        /// A table with titles.
        Tsv = "tsv",
        /// Scores of acceptors for spliced aligners.
        Spsc = "spsc",
        /// The bedGraph with an index and summaries, to a file.
        BigWig = "bigwig",
        /// The BED with an index and summaries, to a file.
        BigBed = "bigbed",
    }
}
