//! Labels along genomes.

pub mod labels;
