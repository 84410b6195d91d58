//! From the bases of a read to those of the contig it is aligned to.

use super::alignment::{Alignment, CigarOp};

/// The aligned stretches of a read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Projection {
    /// Ascending; neighbours are an insertion, a deletion or a skip apart.
    blocks: Vec<Block>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Block {
    of_read: usize,
    of_contig: usize,
    len: usize,
}

impl Projection {
    /// That of an alignment which begins at `start`.
    pub fn new(start: usize, read: &Alignment<'_>) -> Self {
        let (mut of_read, mut of_contig, mut blocks) = (0, start, Vec::new());
        for op in read.cigar() {
            if let CigarOp::Match(len) = op {
                blocks.push(Block {
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

    /// From the first aligned base in `start..end` of the read to the last one, on the contig;
    /// none if all of them are inserted or clipped.
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
