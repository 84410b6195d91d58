//! Model files: the ONNX graph, the contract, and the proof that the filter computes what the
//! trained network does.

mod about;
mod file;
mod onnx;
mod parity;
pub mod sites;
pub mod tracks;
pub mod windows;
