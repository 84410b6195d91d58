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
    /// Positions to report on; `usize::MAX` as its end means to the end of the stretch. What lies
    /// beside them is flank: windows read it, and it decides which calls stand.
    pub report: Range<usize>,
    /// Positions whose bases are counted here, and whose rows are written: those that start in it.
    /// All but for a shard.
    pub own: Range<usize>,
    /// Strand to report on; `Both` leaves it to the run.
    pub strand: Strand,
    /// Name of what the stretch was taken from (a region, a read), for a column of its own.
    pub name: Option<Vec<u8>>,
    /// If there is one, all of the above is in coordinates of a read, and rows go where it says.
    pub projection: Option<Projection>,
}

impl Place {
    /// Where `start..end` lies on the contig; nowhere if a read's bases there are not aligned to it.
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

    /// That of a whole contig: every base is reported on, in a run's every way.
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

/// Takes stretches of bases one after another: each begins, comes in parts of any size, and ends.
///
/// Each stretch stands alone: its ends are taken for the contig's. With as much flank as a run
/// needs, or flank up to the contig's ends, rows are those that the whole contig gives there.
pub trait Sink {
    fn begin(&mut self, place: Place) -> Result<()>;

    /// Takes the next bases of the stretch, as codes of [`sequence`](crate::sequence), soft-mask
    /// flags included.
    fn bases(&mut self, codes: &[u8]) -> Result<()>;

    /// Ends the stretch; one that does not end is cut, and its last windows are not scored.
    fn end(&mut self) -> Result<()>;

    /// Whether nothing more is wanted: a source may stop.
    fn is_done(&self) -> bool {
        false
    }
}
