//! Runs of networks that find sites.

pub mod score;
mod teachers;
pub mod train;
