//! Windows in, rows out: annotate genomes on a pipe with small bundled neural networks.

pub mod call;
pub mod engine;
pub mod flags;
pub mod generated;
mod meter;
pub mod model;
pub mod pipeline;
pub mod plan;
pub mod report;
pub mod sequence;
mod shield;
pub mod source;
pub mod value;
mod versions;
pub mod window;
pub mod write;

pub use versions::versions;
