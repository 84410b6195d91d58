//! Runs of networks that score genomes.

pub mod motifs;
pub mod score;
mod teachers;
pub mod train;
