//! Training runs: one loop, one checkpoint, and what each kind of recipe learns.

pub mod checkpoint;
mod log;
pub mod progress;
pub mod sites;
mod task;
mod teachers;
pub mod tracks;
pub mod training;
pub mod vectors;
pub mod windows;
