//! What coordinates in a header mean.

use strum::{Display, EnumString, VariantNames};

/// What coordinates in a header mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
pub enum HeaderCoords {
    /// Told by the length of each record.
    Auto,
    /// 0-based, half-open.
    Bed,
    /// 1-based, inclusive.
    Faidx,
    /// Part of a name.
    None,
}
