//! What the program does, a verb each.

pub mod background;
pub mod list;
pub mod make;
pub mod options;
pub mod search;
pub mod sites;
pub mod tracks;
pub mod vectors;
pub mod verify;
pub mod windows;
pub mod work;
