//! Windows in, rows out.

pub mod sequence;
pub mod source;
