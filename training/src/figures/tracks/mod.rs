//! Figures of networks that score genomes.

pub mod evaluate;
pub mod report;
pub mod result;
mod yardstick;
