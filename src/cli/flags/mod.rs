//! The command line: the table of flags, and what is made from it.

mod choice;
pub mod complete;
mod defs;
mod help;
pub mod man;
mod parse;
mod sam_flags;
mod suffix;
mod wanted;

use std::ffi::OsString;
use std::path::PathBuf;

use bstr::BString;

pub use choice::Generate;
pub use help::{long_help, short_help, usage_line};
pub use parse::{UsageError, parse};
pub use suffix::named_format;
pub use wanted::{Bound, ModelRequest};

use super::gather::GatherRequest;
use crate::call::{Threshold, Top};
use crate::engine::EngineChoice;
use crate::pipeline::DEFAULT_CHUNK;
use crate::sequence::StrandChoice;
use crate::source::reads::Reads;
use crate::source::{HeaderCoords, InputFormat};
use crate::value::Quantity;
use crate::window::Softmask;
use crate::write::{Format, Layout};

/// The default model.
pub const DEFAULT_MODEL: &str = "exon-start";

/// The flags of a run as typed values. No file is opened yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Args {
    /// Files to read in order; empty or `-` is standard input.
    pub inputs: Vec<PathBuf>,
    pub models: Vec<ModelRequest>,
    /// Folder of more models, by name.
    pub models_folder: Option<PathBuf>,
    /// Format of all inputs; none to detect it from their first bytes.
    pub input_format: Option<InputFormat>,
    pub header_coords: HeaderCoords,
    /// Indexed FASTA with the contigs of regions or alignments.
    pub reference: Option<PathBuf>,
    /// Regions of the reference, as written.
    pub regions: Vec<BString>,
    /// Regions are scored on the strand of their sixth column.
    pub region_strand: bool,
    /// Rows have a column with the names of regions.
    pub names: bool,
    /// The shard to score (from 1), and the number of shards.
    pub shard: Option<(u32, u32)>,
    pub reads: Reads,
    /// Flags that a record must have.
    pub require_flags: u16,
    /// Flags that a record must not have; none for the default of `reads`.
    pub exclude_flags: Option<u16>,
    /// Least mapping quality of a record.
    pub min_mapq: u8,
    /// Least reads on a base of a consensus.
    pub min_depth: u32,
    /// Least share of the weight that a base of a consensus has.
    pub min_fraction: f64,
    pub format: Format,
    /// File to write; standard output if none.
    pub output: Option<PathBuf>,
    /// Bases between windows; each model's step if none.
    pub stride: Option<u32>,
    /// `None`: both strands, or the forward one where the format holds one strand only.
    pub strand: Option<StrandChoice>,
    /// Thresholds of calls. A model without one uses its own.
    pub bounds: Vec<Bound>,
    /// What is written as the value of a row.
    pub value: Quantity,
    /// One row a window instead of calls.
    pub raw: bool,
    /// How many calls are kept; all if none.
    pub top: Option<Top>,
    /// Bases within which windows become one call; each region model's own if none.
    pub merge_distance: Option<usize>,
    /// Least bases of a call.
    pub min_length: usize,
    /// Unknown bases allowed in a window.
    pub max_n: u32,
    pub softmask: Softmask,
    pub engine: EngineChoice,
    /// Text is compressed to block gzip.
    pub bgzip: bool,
    /// An index is written beside the output.
    pub index: bool,
    pub no_header: bool,
    /// A track line for browsers above the rows.
    pub track: bool,
    /// Rows of BED have colours.
    pub item_rgb: bool,
    /// Folder of tracks to make.
    pub tracks: Option<PathBuf>,
    /// Name of the genome in the tracks.
    pub genome: Option<String>,
    /// File for the lengths of the contigs.
    pub chrom_sizes: Option<PathBuf>,
    /// File for the ledger as JSON.
    pub stats: Option<PathBuf>,
    /// File for the ledger as custom content of MultiQC.
    pub multiqc: Option<PathBuf>,
    /// File for a page that shows the run.
    pub report: Option<PathBuf>,
    /// Name of the sample; none for that of the first input.
    pub sample: Option<String>,
    /// File for the unscored intervals as BED.
    pub unscored: Option<PathBuf>,
    pub threads: usize,
    /// Reported positions of a work unit, in bases.
    pub chunk_size: usize,
    pub quiet: bool,
    pub verbose: bool,
}

impl Default for Args {
    fn default() -> Self {
        Self {
            inputs: Vec::new(),
            models: vec![ModelRequest {
                model: DEFAULT_MODEL.to_owned(),
                labels: Vec::new(),
            }],
            models_folder: None,
            input_format: None,
            header_coords: HeaderCoords::Auto,
            reference: None,
            reads: Reads::Consensus,
            require_flags: 0,
            exclude_flags: None,
            min_mapq: 0,
            min_depth: 3,
            min_fraction: 0.4,
            regions: Vec::new(),
            region_strand: false,
            names: false,
            shard: None,
            format: Format::Bed,
            output: None,
            stride: None,
            strand: None,
            bounds: Vec::new(),
            value: Quantity::Probability,
            raw: false,
            top: None,
            merge_distance: None,
            min_length: 0,
            max_n: 0,
            softmask: Softmask::Score,
            engine: EngineChoice::Auto,
            bgzip: false,
            index: false,
            no_header: false,
            track: false,
            item_rgb: false,
            tracks: None,
            genome: None,
            chrom_sizes: None,
            stats: None,
            multiqc: None,
            report: None,
            sample: None,
            unscored: None,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            chunk_size: DEFAULT_CHUNK,
            quiet: false,
            verbose: false,
        }
    }
}

impl Args {
    pub fn layout(&self) -> &'static Layout {
        self.format.layout(self.track, self.item_rgb)
    }
}

/// What a command line asks for.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Filter sequence; `echo` is the command line without flags that cannot change the output.
    Run {
        args: Box<Args>,
        echo: String,
    },
    Help,
    LongHelp,
    Version,
    ListModels {
        listing: Listing,
        folder: Option<PathBuf>,
    },
    ShowModel {
        model: String,
        folder: Option<PathBuf>,
    },
    Generate(Generate),
    /// Merge the outputs of shards.
    Gather(GatherRequest),
}

/// Formats of the list of models.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Listing {
    /// For people, one screen wide.
    #[default]
    Screen,
    Tsv,
    Json,
}

/// One row of the table of flags.
#[derive(Clone, Copy)]
pub struct Flag {
    pub long: &'static str,
    pub short: &'static [char],
    /// Name of the value in the help text; a flag without one is a switch.
    pub value: Option<&'static str>,
    pub choices: &'static [&'static str],
    pub completes: Completes,
    pub section: Section,
    /// Whether the flag can change a byte of the output.
    pub shapes_output: bool,
    /// Values with which the flag changes no byte.
    pub same_bytes: &'static [&'static str],
    /// Whether `-h` shows it; `--help` shows all.
    pub common: bool,
    /// One line for `-h` and the completions.
    pub short_doc: &'static str,
    /// Paragraphs for `--help` and the man page.
    pub long_doc: &'static str,
    pub update: fn(&mut Draft, &Argument) -> Result<(), String>,
}

/// Completions of the value of a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completes {
    Nothing,
    Files,
    Models,
}

/// Heading under which the long help and the man page list a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    Models,
    Input,
    Scoring,
    Output,
    Running,
    Other,
}

impl Section {
    pub const ALL: [Self; 6] = [
        Self::Models,
        Self::Input,
        Self::Scoring,
        Self::Output,
        Self::Running,
        Self::Other,
    ];

    pub fn title(self) -> &'static str {
        match self {
            Self::Models => "Models",
            Self::Input => "Input",
            Self::Scoring => "Windows and calls",
            Self::Output => "Output",
            Self::Running => "Running",
            Self::Other => "Other",
        }
    }
}

/// State of the parser.
#[derive(Default)]
pub struct Draft {
    pub args: Args,
    /// Command of the first flag that asks for something else than filtering.
    pub instead: Option<Command>,
    /// File or folder to make from those of shards.
    pub gather: Option<PathBuf>,
    /// Flags that were given.
    pub given: Vec<&'static str>,
    pub models_given: bool,
    pub format_given: bool,
    /// Format of the list of models, if one was given.
    pub listing: Option<Listing>,
}

impl Draft {
    /// Adds thresholds. Several flags set them; of those for all models the last one counts.
    fn add_bounds(
        &mut self,
        value: &Argument,
        threshold: impl Fn(&Argument) -> Result<Threshold, String>,
    ) -> Result<(), String> {
        let one = |word: &str| threshold(&Argument(word.into()));
        for bound in Bound::parse_all(&value.0.to_string_lossy(), one)? {
            if let Some(other) = self.args.bounds.first() {
                let (other, this) = [other.threshold, bound.threshold]
                    .map(threshold_flag)
                    .into();
                if other != this {
                    return Err(format!("cannot be used with --{other}"));
                }
            }
            let same = |before: &Bound| before.of == bound.of;
            match self.args.bounds.iter().position(same) {
                None => self.args.bounds.push(bound),
                Some(at) if bound.of.is_none() => self.args.bounds[at] = bound,
                Some(_) => return Err(format!("names {} twice", bound.target())),
            }
        }
        Ok(())
    }
}

/// The flag that a threshold is given with.
pub fn threshold_flag(threshold: Threshold) -> &'static str {
    match threshold {
        Threshold::Score(_) => "min-score",
        Threshold::Precision(_) => "precision",
        Threshold::Fdr(_) => "fdr",
        Threshold::Rate(_) => "rate",
    }
}

/// The value given to a flag; empty for a switch.
pub struct Argument(OsString);

/// Every flag, in the order of the help text.
pub fn table() -> &'static [Flag] {
    defs::FLAGS
}
