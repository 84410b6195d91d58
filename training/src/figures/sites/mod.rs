//! Figures of networks that find sites.

pub mod evaluate;
pub mod report;
pub mod result;
mod yardstick;
