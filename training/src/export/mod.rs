//! Model files: the ONNX graph, the contract, and the proof that the filter computes what the
//! trained network does.

pub mod onnx;
pub mod parity;
pub mod sites;
pub mod tracks;
pub mod windows;
