//! Figures of trained networks: evaluations next to yardsticks, calibration, result files,
//! plots, and the reports made of them.

pub mod calibrate;
pub mod cpg;
pub mod diagram;
pub mod plot;
pub mod provenance;
pub mod report;
pub mod sites;
pub mod tracks;
pub mod vectors;
pub mod windows;
