//! Figures of networks that score windows.

pub mod along;
pub mod attention;
pub mod calls;
pub mod compare;
pub mod evaluate;
pub mod plots;
pub mod report;
pub mod result;
pub mod rival;
pub mod search;
mod yardstick;
