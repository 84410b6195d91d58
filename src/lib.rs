//! Windows in, rows out: annotate genomes on a pipe with small bundled neural networks.

pub mod call;
pub mod cli;
pub mod engine;
pub mod model;
pub mod pipeline;
pub mod sequence;
mod shield;
pub mod source;
mod suggest;
mod temporary;
pub mod value;
pub mod window;
mod words;
pub mod write;
