//! Windows in, rows out: annotate genomes on a pipe with small bundled neural networks.

pub mod flags;
pub mod model;
pub mod sequence;
pub mod source;
mod versions;

pub use versions::versions;
