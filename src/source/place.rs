//! The boundary between source and pipeline: stretches of bases, each with a place on a contig.

use std::ops::Range;

use anyhow::Result;

use super::reads::Projection;
use crate::sequence::Strand;

/// Where a stretch of bases lies. Positions are 0-based, on the forward strand of the contig.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The contig's name on output; not empty, no white space, no control characters.
    pub contig: Vec<u8>,
    /// Bases of the whole contig, where they are known before its end.
    pub len: Option<usize>,
    /// Position of the stretch's first base.
    pub start: usize,
    /// Positions to report on; an end of `usize::MAX` means the end of the stretch. Bases outside
    /// are flank: windows read them, and their scores decide which calls are local maxima.
    pub report: Range<usize>,
    /// Positions whose bases are counted and whose rows are written (a row belongs to its start).
    /// A shard has a part of them, any other run all.
    pub own: Range<usize>,
    /// Strand to report on; `Both` means the strands of the run.
    pub strand: Strand,
    /// Name of the region or read that the stretch comes from, for the column of names.
    pub name: Option<Vec<u8>>,
    /// Maps a read to its contig. With one, all of the above is in coordinates of the read.
    pub projection: Option<Projection>,
}

impl Place {
    /// Where `start..end` lies on the contig; none if no base of a read there is aligned to it.
    pub fn on_contig(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        match &self.projection {
            None => Some((start, end)),
            Some(projection) => projection.place(start, end),
        }
    }

    /// Whether the base at `at` has a place on the contig.
    pub fn has(&self, at: usize) -> bool {
        self.on_contig(at, at + 1).is_some()
    }

    /// The place of a whole contig, of which every base is reported on.
    pub fn whole(contig: &[u8]) -> Self {
        Self {
            contig: contig.to_vec(),
            len: None,
            start: 0,
            report: 0..usize::MAX,
            own: 0..usize::MAX,
            strand: Strand::Both,
            name: None,
            projection: None,
        }
    }

    /// Whether rows that start at a position are written.
    pub fn keeps(&self, start: usize) -> bool {
        self.report.contains(&start) && self.own.contains(&start)
    }

    /// Whether scores of a strand are wanted.
    pub fn wants(&self, strand: Strand) -> bool {
        self.strand == Strand::Both || strand == Strand::Both || strand == self.strand
    }
}

/// Takes stretches of bases one after another. A stretch begins, comes in parts of any size, and
/// ends.
///
/// Each stretch is scored as if it were a whole contig. With as much flank as the run needs, or
/// flank up to the contig's ends, its rows equal those of the whole contig.
pub trait Sink {
    fn begin(&mut self, place: Place) -> Result<()>;

    /// Takes the next bases of the stretch, as codes of [`sequence`](crate::sequence), soft-mask
    /// flags included.
    fn bases(&mut self, codes: &[u8]) -> Result<()>;

    /// Ends the stretch. The last windows of a stretch that does not end are not scored.
    fn end(&mut self) -> Result<()>;

    /// Whether the sink needs no more: the source may stop reading.
    fn is_done(&self) -> bool {
        false
    }
}
