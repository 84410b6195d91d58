//! Networks: the graph that describes one, the architectures that make graphs of a few numbers,
//! the forward pass, the optimiser, and weights read back from a model file.
//!
//! Nothing here knows recipes, since an architecture is itself part of a recipe: its numbers and
//! the graph that they give stand in one file.

pub mod arch;
pub mod graph;
pub mod import;
pub mod network;
pub mod optimiser;
