//! Labels along genomes, and lanes drawn from them.

pub mod bed;
pub mod genome;
pub mod implants;
pub mod labels;
pub mod lanes;
