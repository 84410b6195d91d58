//! The consensus of sorted alignments, column by column.
//!
//! Each read adds its bases, weighted by their qualities, to the columns it is aligned to, and a
//! deletion to the columns that it deletes. Columns left of the next read's start are complete:
//! their base is the one with the most weight. No read is kept, so memory is bounded by the bases
//! of the contig that one alignment spans, at any depth.

use std::collections::BTreeMap;

use anyhow::Result;

use super::alignment::{Alignment, CigarOp};
use super::alignments::HeaderContig;
use crate::sequence::UNKNOWN;
use crate::source::{Place, Sink};

/// When a column of the consensus has a known base.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// Minimum number of reads with a base or a deletion in the column.
    pub min_depth: u32,
    /// Minimum share of the column's weight that the heaviest base has.
    pub min_fraction: f64,
}

/// Columns of a page. Only pages that a base touches are kept, so an intron takes no memory.
const PAGE: usize = 512;
/// Longest deletion, in bases, that becomes unknown bases where no read has any. A longer one
/// ends the stretch, as a skip does, so that the cost of an alignment is bounded by its bytes.
const GAP: usize = 1 << 16;
/// Codes sent to the sink at a time.
const PART: usize = 1 << 16;

/// The bases and deletions of all reads at one base of the contig.
#[derive(Clone, Copy, Default)]
struct Column {
    /// Sums of qualities, by code.
    weights: [u32; 4],
    /// Reads with a base here, known or unknown.
    reads: u32,
    /// Change, from the column before, of the weight and the number of reads that delete this base.
    /// So a deletion changes two columns, however long it is.
    gap: Gap,
}

#[derive(Clone, Copy, Default)]
struct Gap {
    weight: i64,
    reads: i64,
}

impl Gap {
    fn add(&mut self, other: Self) {
        self.weight += other.weight;
        self.reads += other.reads;
    }
}

impl Column {
    /// Code of the consensus base; `gap` is the sum of gaps up to this column.
    fn settle(&self, gap: Gap, rule: Rule) -> u8 {
        let Some((base, &weight)) = self
            .weights
            .iter()
            .enumerate()
            .rev()
            .max_by_key(|&(_, weight)| weight)
        else {
            return UNKNOWN;
        };
        let weight = i64::from(weight);
        let total = self
            .weights
            .iter()
            .map(|&weight| i64::from(weight))
            .sum::<i64>()
            + gap.weight;
        let deep = i64::from(self.reads) + gap.reads >= i64::from(rule.min_depth);
        let agreed = weight > 0 && weight as f64 / total as f64 >= rule.min_fraction;
        if deep && agreed && weight >= gap.weight {
            // An index of `weights`, 0..=3.
            u8::try_from(base).unwrap_or(UNKNOWN)
        } else {
            UNKNOWN
        }
    }
}

/// The columns of one contig that are not complete.
pub struct Consensus {
    rule: Rule,
    contig: HeaderContig,
    pages: BTreeMap<usize, Box<[Column; PAGE]>>,
    /// Position of the first of them.
    next: usize,
    /// Sum of gaps in the column before `next`.
    gap: Gap,
    /// Whether a stretch is open: the column before `next` was covered.
    open: bool,
    codes: Vec<u8>,
}

impl Consensus {
    /// Begins a contig.
    pub fn new(contig: &HeaderContig, rule: Rule) -> Self {
        Self {
            rule,
            contig: contig.clone(),
            pages: BTreeMap::new(),
            next: 0,
            gap: Gap::default(),
            open: false,
            codes: Vec::new(),
        }
    }

    /// Adds an alignment that begins at `start`. Starts ascend.
    pub fn add(&mut self, start: usize, read: &Alignment<'_>, sink: &mut dyn Sink) -> Result<()> {
        self.settle(start, sink)?;
        let (bases, qualities) = (read.bases(), read.qualities());
        let weight = |at: usize| {
            let quality = qualities.and_then(|qualities| qualities.get(at));
            quality.map_or(1, |&quality| u32::from(quality).max(1))
        };
        let (mut at, mut of_read, len) = (start, 0, read.len());
        for op in read.cigar() {
            match op {
                CigarOp::Match(bases_aligned) => {
                    self.columns(at, bases_aligned, |offset, column| {
                        let of_read = of_read + offset;
                        column.reads = column.reads.saturating_add(1);
                        let code = usize::from(bases.code(of_read));
                        if let Some(sum) = column.weights.get_mut(code) {
                            *sum = sum.saturating_add(weight(of_read));
                        }
                    });
                }
                CigarOp::Delete(missing) if missing > 0 => {
                    // The lower quality of the two bases beside the deletion.
                    let beside = of_read.saturating_sub(1)..(of_read + 1).min(len);
                    let weight = i64::from(beside.map(weight).min().unwrap_or(1));
                    let [begun, ended] = [1, -1].map(|reads| Gap {
                        weight: reads * weight,
                        reads,
                    });
                    self.columns(at, 1, |_, column| column.gap.add(begun));
                    self.columns(at + missing, 1, |_, column| column.gap.add(ended));
                }
                _ => {}
            }
            let (read, contig) = op.takes();
            of_read += read;
            at += contig;
        }
        Ok(())
    }

    /// Ends the contig, and sends the rest of its columns.
    pub fn finish(mut self, sink: &mut dyn Sink) -> Result<()> {
        self.settle(usize::MAX, sink)
    }

    /// Calls `change` with each of `len` columns from `start` on, and its offset.
    fn columns(&mut self, start: usize, len: usize, mut change: impl FnMut(usize, &mut Column)) {
        let (mut at, end) = (start, start + len);
        while at < end {
            let page = self
                .pages
                .entry(at / PAGE)
                .or_insert_with(|| Box::new([Column::default(); PAGE]));
            let stop = end.min((at / PAGE + 1) * PAGE);
            for (column, at) in page[at % PAGE..].iter_mut().zip(at..stop) {
                change(at - start, column);
            }
            at = stop;
        }
    }

    /// Sends the columns left of `end`, which no later read changes.
    fn settle(&mut self, end: usize, sink: &mut dyn Sink) -> Result<()> {
        while self.next < end {
            let Some((number, page)) = self.pages.pop_first() else {
                self.next = end;
                return self.close(sink);
            };
            let first = number * PAGE;
            let stop = end.min(first + PAGE);
            if self.next < first {
                self.skip_columns(end.min(first), sink)?;
            }
            for at in self.next..stop {
                self.column(&page[at - first], sink)?;
            }
            if stop < first + PAGE {
                self.pages.insert(number, page);
            }
        }
        Ok(())
    }

    /// Sends the columns up to `end`, in which no read has a base and no deletion begins or ends.
    fn skip_columns(&mut self, end: usize, sink: &mut dyn Sink) -> Result<()> {
        if self.gap.reads == 0 || end - self.next > GAP {
            self.next = end;
            return self.close(sink);
        }
        while self.next < end {
            self.push(UNKNOWN, sink)?;
        }
        Ok(())
    }

    fn column(&mut self, column: &Column, sink: &mut dyn Sink) -> Result<()> {
        self.gap.add(column.gap);
        if column.reads == 0 && self.gap.reads == 0 {
            self.next += 1;
            return self.close(sink);
        }
        self.push(column.settle(self.gap, self.rule), sink)
    }

    /// Adds the next code to the stretch; begins a stretch if none is open.
    fn push(&mut self, code: u8, sink: &mut dyn Sink) -> Result<()> {
        if !std::mem::replace(&mut self.open, true) {
            sink.begin(Place {
                start: self.next,
                len: Some(self.contig.len),
                ..Place::whole(&self.contig.name)
            })?;
        }
        self.codes.push(code);
        self.next += 1;
        if self.codes.len() == PART {
            self.send_codes(sink)?;
        }
        Ok(())
    }

    fn close(&mut self, sink: &mut dyn Sink) -> Result<()> {
        if std::mem::take(&mut self.open) {
            self.send_codes(sink)?;
            sink.end()?;
        }
        Ok(())
    }

    /// Sends the codes of complete columns.
    pub fn send_codes(&mut self, sink: &mut dyn Sink) -> Result<()> {
        sink.bases(&self.codes)?;
        self.codes.clear();
        Ok(())
    }
}
