//! Reads genomes, annotations, sites and labelled windows, and draws batches from them.

pub mod annotation;
pub mod batch;
pub mod genome;
pub mod jaspar;
pub mod ranges;
pub mod shuffle;
pub mod sites;
pub mod tracks;
pub mod windows;
