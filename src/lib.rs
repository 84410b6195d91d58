//! Windows in, rows out: annotate genomes on a pipe with small bundled neural networks.
//!
//! An [`Annotator`] runs one or more [`Model`]s on sequence: [`Annotator::calls`] and
//! [`Annotator::scores`] take a contig that is in memory, [`Annotator::calls_of`] and
//! [`Annotator::scores_of`] a reader of FASTA, FASTQ, BAM, CRAM or SAM.
//!
//! ```
//! use windrow::{Annotator, Model};
//!
//! let annotator = Annotator::new(Model::bundled("exon-start")?)?;
//! for call in annotator.calls("chr1", "ACGTTGCA".repeat(500))? {
//!     println!("{}-{} {} {:.4}", call.start, call.end, call.label, call.value);
//! }
//! # Ok::<(), windrow::Error>(())
//! ```
//!
//! The library prints nothing and changes nothing of the process that it runs in. Features: `cli`
//! (the command line of `windrow`) and `bigwig` (its formats bigWig and bigBed); a program that
//! embeds the library needs neither.

#![deny(missing_docs)]
// The command line uses what the library alone leaves idle.
#![cfg_attr(not(feature = "cli"), allow(dead_code))]

mod annotate;
mod call;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod engine;
#[doc(hidden)]
pub mod model;
mod pipeline;
#[doc(hidden)]
pub mod sequence;
mod shield;
mod source;
mod suggest;
mod temporary;
mod value;
#[doc(hidden)]
pub mod window;
#[doc(hidden)]
pub mod write;

pub use annotate::{Annotation, Annotator, Builder, Error};
pub use model::{
    Calibration, CallShape, Contract, ContractError, Model, ModelError, Output, Shape,
    Strandedness, Task,
};
pub use pipeline::{Ledger, ModelLedger};
pub use sequence::{Strand, StrandChoice};
pub use source::reads::Tally;
pub use window::Status;
