//! What sets the formats apart; all else of a run knows them by this alone.

use super::{Line, bed, bedgraph};
use crate::flags::Format;

/// How a format shows rows.
pub struct Layout {
    /// Appends a row.
    pub row: fn(&Line<'_>, &mut Vec<u8>),
    /// Whether `#` lines may stand above the rows.
    pub comments: bool,
    /// Names of the columns, one space between.
    pub columns: &'static str,
    /// Whether a row can say what it was found in.
    pub names: bool,
    /// Whether rows are the steps of one track: one label on one strand, no two of them over a
    /// base, neighbours of equal value merged.
    pub steps: bool,
}

impl Format {
    pub fn layout(self) -> &'static Layout {
        match self {
            Self::Bed => &bed::LAYOUT,
            Self::BedGraph => &bedgraph::LAYOUT,
        }
    }
}
