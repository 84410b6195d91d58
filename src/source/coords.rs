//! What coordinates in a header mean.

use crate::words::choice;

choice! {
    /// What coordinates in a header mean.
    HeaderCoords {
        /// Told by the length of each record.
        Auto = "auto",
        /// 0-based, half-open.
        Bed = "bed",
        /// 1-based, inclusive.
        Faidx = "faidx",
        /// Part of a name.
        None = "none",
    }
}
