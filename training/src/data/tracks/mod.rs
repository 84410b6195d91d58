//! Labels along genomes, and lanes drawn from them.

pub mod labels;
pub mod lanes;
