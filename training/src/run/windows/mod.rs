//! Runs of networks that score windows.

pub mod score;
pub mod teachers;
pub mod train;
