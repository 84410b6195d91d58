//! Labels along genomes, and lanes drawn from them.

pub mod bed;
pub mod genome;
pub mod labels;
pub mod lanes;
