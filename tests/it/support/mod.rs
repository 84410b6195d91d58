//! Small models made by hand, so that tests say what a model computes.
#![allow(dead_code)]

pub mod alignments;
pub mod entries;
pub mod filter;
pub mod naive;
pub mod nets;
pub mod onnx;
pub mod programs;
pub mod random;
pub mod skips;
