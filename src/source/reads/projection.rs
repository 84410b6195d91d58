//! Maps positions in a read to positions on the contig that it is aligned to.

use super::alignment::{Alignment, CigarOp};

/// The aligned blocks of a read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Projection {
    /// Ascending, with an insertion, a deletion or a skip between two blocks.
    blocks: Vec<AlignedBlock>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct AlignedBlock {
    of_read: usize,
    of_contig: usize,
    len: usize,
}

impl Projection {
    /// The projection of an alignment that begins at `start`.
    pub fn new(start: usize, read: &Alignment<'_>) -> Self {
        let (mut of_read, mut of_contig, mut blocks) = (0, start, Vec::new());
        for op in read.cigar() {
            if let CigarOp::Match(len) = op {
                blocks.push(AlignedBlock {
                    of_read,
                    of_contig,
                    len,
                });
            }
            let (read, contig) = op.takes();
            of_read += read;
            of_contig += contig;
        }
        Self { blocks }
    }

    /// Interval on the contig from the first to the last aligned base in `start..end` of the read;
    /// none if all of these bases are inserted or clipped.
    pub fn place(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        let first = self
            .blocks
            .partition_point(|block| block.of_read + block.len <= start);
        let behind = self.blocks.partition_point(|block| block.of_read < end);
        let (first, last) = (
            self.blocks.get(first)?,
            self.blocks.get(behind.checked_sub(1)?)?,
        );
        let from = first.of_contig + start.saturating_sub(first.of_read);
        let to = last.of_contig + (end - last.of_read).min(last.len);
        (from < to).then_some((from, to))
    }
}
