//! Figures of networks that score genomes.

pub mod evaluate;
mod plots;
pub mod report;
pub mod result;
mod yardstick;
