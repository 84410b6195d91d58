//! Labels along genomes.

pub mod implants;
pub mod labels;
