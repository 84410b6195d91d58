//! Runs of networks that find sites.

pub mod network;
pub mod score;
pub mod train;
