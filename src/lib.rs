//! Windows in, rows out.
