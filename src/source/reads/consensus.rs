//! The sequence that sorted alignments spell, column by column.
//!
//! Each read adds its bases to the columns it is aligned to, weighed by their qualities, and a
//! deletion to the columns it leaves out. Columns left of the next read's start are settled: the
//! base with most weight is that of the contig there. No read is kept, so memory is bounded by the
//! bases of the contig that an alignment spans, whatever the depth.

use std::collections::BTreeMap;

use anyhow::Result;

use super::alignment::{Alignment, CigarOp};
use super::alignments::Contig;
use crate::sequence::UNKNOWN;
use crate::source::{Place, Sink};

/// Which columns have a base, and which base.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// Least reads, of those that have a base or a deletion there.
    pub min_depth: u32,
    /// Least share of the weight that the heaviest has.
    pub min_fraction: f64,
}

/// Columns are kept in pages: an intron or a long deletion takes none.
const PAGE: usize = 512;
/// Bases of the contig that a deletion may hold as unknown ones where no read has any; a longer
/// one parts two stretches, as a skip does. So an alignment costs in proportion to its bytes.
const GAP: usize = 1 << 16;
/// Codes handed on at once.
const PART: usize = 1 << 16;

/// What the reads say of one base of the contig.
#[derive(Clone, Copy, Default)]
struct Column {
    /// Sums of qualities, by code.
    weights: [u32; 4],
    /// Reads with a base here, unknown ones too.
    reads: u32,
    /// By how much the weight and the number of reads that lack this base differ from those of
    /// the column before: a deletion touches two columns, however long it is.
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
    /// Code of the base that the reads agree on; `gap` is the sum up to here.
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
            // One of four.
            u8::try_from(base).unwrap_or(UNKNOWN)
        } else {
            UNKNOWN
        }
    }
}

/// The columns of one contig, from the next one to settle on.
pub struct Consensus {
    rule: Rule,
    contig: Contig,
    pages: BTreeMap<usize, Box<[Column; PAGE]>>,
    /// Position of the next column to settle.
    next: usize,
    /// Of the column before `next`.
    gap: Gap,
    /// Whether the column before `next` was covered, and its stretch goes on.
    open: bool,
    codes: Vec<u8>,
}

impl Consensus {
    /// Begins a contig.
    pub fn new(contig: &Contig, rule: Rule) -> Self {
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

    /// Adds an alignment that begins at `start`, no further left than the one before.
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
                    // As sure as the poorer of the bases beside it.
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

    /// Settles what is left of the contig.
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

    /// Hands on the columns left of `end`.
    fn settle(&mut self, end: usize, sink: &mut dyn Sink) -> Result<()> {
        while self.next < end {
            let Some((number, page)) = self.pages.pop_first() else {
                self.next = end;
                return self.close(sink);
            };
            let first = number * PAGE;
            let stop = end.min(first + PAGE);
            if self.next < first {
                self.leap(end.min(first), sink)?;
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

    /// Settles the columns up to `end`, which no read has a base in, nor begins or ends a
    /// deletion.
    fn leap(&mut self, end: usize, sink: &mut dyn Sink) -> Result<()> {
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

    /// Adds the next code to the stretch, which begins if there is none.
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
            self.hand_on(sink)?;
        }
        Ok(())
    }

    fn close(&mut self, sink: &mut dyn Sink) -> Result<()> {
        if std::mem::take(&mut self.open) {
            self.hand_on(sink)?;
            sink.end()?;
        }
        Ok(())
    }

    /// Hands on what has been settled.
    pub fn hand_on(&mut self, sink: &mut dyn Sink) -> Result<()> {
        sink.bases(&self.codes)?;
        self.codes.clear();
        Ok(())
    }
}
