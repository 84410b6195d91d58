//! Runs of networks that find sites.

pub mod score;
pub mod teachers;
pub mod train;
