//! Flag values that are one of a few words.

/// Declares an enum whose variants are the words a flag takes.
macro_rules! choice {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$doc])* $variant),+ }

        impl $name {
            /// Every word, in the order of the help text.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The variant behind a word, if it is one.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }

            /// The word for this variant, as on the command line.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    };
}

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

choice! {
    /// Strands to score.
    StrandChoice { Both = "both", Forward = "+", Reverse = "-" }
}

choice! {
    /// What happens to windows that report on a lower-case base.
    Softmask {
        /// Scored like any other.
        Score = "score",
        /// Not scored, and counted as such.
        Skip = "skip",
    }
}

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

choice! {
    /// What coordinates in a header mean.
    HeaderCoords {
        /// Told by the length of each record.
        Auto = "auto",
        /// 0-based, half-open.
        Bed = "bed",
        /// 1-based, inclusive.
        Faidx = "faidx",
        /// Part of a name.
        None = "none",
    }
}

choice! {
    /// What runs dense models.
    EngineChoice {
        /// Kernels with the best instructions of the machine.
        Auto = "auto",
        Avx512 = "avx512",
        Avx2 = "avx2",
        Neon = "neon",
        /// Kernels without vector instructions.
        Portable = "portable",
        Tract = "tract",
    }
}

choice! {
    /// Texts that `--generate` prints.
    Generate {
        Man = "man",
        Bash = "complete-bash",
        Zsh = "complete-zsh",
        Fish = "complete-fish",
        AutoSql = "autosql",
    }
}
