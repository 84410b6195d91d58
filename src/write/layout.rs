//! What sets the formats apart; all else of a run knows them by this alone.

use super::big::{self, Kind};
use super::index::{Columns, INTERVAL};
use super::{Format, Line, bed, bedgraph, gff3, narrowpeak, spsc, tsv};
use crate::model::Contract;

/// How a format shows rows.
pub struct Layout {
    /// Appends a row.
    pub row: fn(&Line<'_>, &mut Vec<u8>),
    /// What a file begins with.
    pub first: &'static str,
    /// Whether `#` lines may stand above the rows.
    pub comments: bool,
    /// Names of the columns, one space between.
    pub columns: &'static str,
    /// Whether they stand above the rows as a line of the table.
    pub titles: bool,
    /// Whether a row can say what it was found in.
    pub names: bool,
    pub tracks: LabelScope,
    /// Whether rows are the steps of one track: a single label on one strand, no two of them over
    /// a base, neighbours of equal value merged.
    pub steps: bool,
    pub holds: Holds,
    /// What browsers take it for.
    pub track: BrowserTrack,
    /// What a file is made to when all rows are there; none if it is the rows.
    pub stored: Option<Kind>,
    /// Where an index finds rows.
    pub index: Columns,
    /// Why rows of a model cannot be written, if they cannot.
    pub refuses: fn(&Contract) -> Option<&'static str>,
}

/// What the rows of one file may be of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LabelScope {
    /// Any labels of any models.
    Any,
    /// Any labels of one model.
    Model,
    /// One label of one model.
    Label,
}

/// What rows of a format are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Holds {
    /// Calls or windows, as asked for.
    Either,
    Calls,
    /// Windows; of at least this value, if no other is asked for.
    Windows(f32),
}

/// What a browser takes rows for, with a track line above them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BrowserTrack {
    /// Nothing.
    None,
    Bed,
    /// A type with a name.
    Type(&'static str),
}

impl Layout {
    /// That of most formats; each says where it differs.
    pub(super) const PLAIN: Self = Self {
        row: |_, _| (),
        first: "",
        comments: true,
        columns: "",
        titles: false,
        names: false,
        tracks: LabelScope::Any,
        steps: false,
        holds: Holds::Either,
        track: BrowserTrack::None,
        stored: None,
        index: INTERVAL,
        refuses: |_| None,
    };
}

impl Format {
    /// How rows are shown, below a line for browsers or not, with a column of colours or not.
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
