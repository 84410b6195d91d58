//! Training runs: the loops, the checkpoint, and what each kind of recipe learns.

pub mod checkpoint;
pub mod course;
pub mod sites;
pub mod tracks;
pub mod vectors;
pub mod windows;
