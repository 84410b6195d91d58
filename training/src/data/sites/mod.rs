//! Annotated genomes, and lanes drawn from them.

pub mod dataset;
pub mod sampler;
