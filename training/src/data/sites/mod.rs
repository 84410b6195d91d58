//! Annotated genomes, and lanes drawn from them.

pub mod dataset;
pub mod rows;
pub mod sampler;
pub mod split;
