//! Labelled windows: where they come from, how they are split, and batches of them.

pub mod along;
pub mod apart;
pub mod batch;
pub mod bright;
pub mod examples;
pub mod genome;
pub mod parts;
pub mod split;
mod tsv;
