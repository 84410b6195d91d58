//! Runs of networks that score genomes.

pub mod motifs;
pub mod score;
pub mod train;
