//! Properties of each output format. The rest of the program knows formats by these alone.

use super::big::{self, Kind};
use super::index::{Columns, INTERVAL};
use super::{Format, Line, bed, bedgraph, gff3, narrowpeak, spsc, tsv};
use crate::model::Contract;

/// The layout of a format.
pub struct Layout {
    /// Appends a row.
    pub row: fn(&Line<'_>, &mut Vec<u8>),
    /// First line of a file.
    pub first: &'static str,
    /// Whether `#` lines may stand above the rows.
    pub comments: bool,
    /// Names of the columns, one space between.
    pub columns: &'static str,
    /// Whether the names are a line above the rows.
    pub titles: bool,
    /// Whether a row can have the name of its region or read.
    pub names: bool,
    pub tracks: LabelScope,
    /// Whether rows are the steps of one track: of a single label on one strand, without overlap,
    /// neighbours of equal value merged.
    pub steps: bool,
    pub holds: RowKinds,
    /// Type of the track in browsers.
    pub track: BrowserTrack,
    /// Binary format that the rows are converted to at the end; none for text.
    pub stored: Option<Kind>,
    /// Columns of an index.
    pub index: Columns,
    /// Why rows of a model cannot be written; none if they can.
    pub refuses: fn(&Contract) -> Option<&'static str>,
}

/// Labels that one file can hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LabelScope {
    /// Any labels of any models.
    Any,
    /// Any labels of one model.
    Model,
    /// One label of one model.
    Label,
}

/// Rows that a format can hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RowKinds {
    /// Calls or windows.
    Either,
    Calls,
    /// Windows, by default of at least this value.
    Windows(f32),
}

/// Type of rows in a browser, with a track line above them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BrowserTrack {
    /// Nothing.
    None,
    Bed,
    /// A type with a name.
    Type(&'static str),
}

impl Layout {
    /// The values of most formats; each format states where it differs.
    pub(super) const PLAIN: Self = Self {
        row: |_, _| (),
        first: "",
        comments: true,
        columns: "",
        titles: false,
        names: false,
        tracks: LabelScope::Any,
        steps: false,
        holds: RowKinds::Either,
        track: BrowserTrack::None,
        stored: None,
        index: INTERVAL,
        refuses: |_| None,
    };
}

impl Format {
    /// The layout of a format, with or without a track line and a column of colours.
    pub fn layout(self, track: bool, colors: bool) -> &'static Layout {
        match self {
            Self::Bed if colors => &bed::COLORED,
            Self::Bed if track => &bed::TRACK,
            Self::Bed => &bed::LAYOUT,
            Self::BedGraph => &bedgraph::LAYOUT,
            Self::NarrowPeak => &narrowpeak::LAYOUT,
            Self::Gff3 => &gff3::LAYOUT,
            Self::Tsv => &tsv::LAYOUT,
            Self::Spsc => &spsc::LAYOUT,
            Self::BigWig => &big::WIG,
            Self::BigBed => &big::BED,
        }
    }
}
