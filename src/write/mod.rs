//! Rows of output, byte for byte.

pub mod bed;
pub mod bedgraph;
mod header;
mod order;
mod target;

pub use header::{Provenance, header};
pub use order::Ordered;
pub use target::Target;

use crate::source::Place;
use crate::value::Value;

/// A row: half-open interval, channel (model, label and strand) and value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    pub start: usize,
    pub end: usize,
    pub channel: usize,
    pub value: Value,
}

impl Row {
    /// The row where its place says that it lies on the contig; none if it lies nowhere.
    pub fn on_contig(self, place: &Place) -> Option<Self> {
        let (start, end) = place.on_contig(self.start, self.end)?;
        Some(Self { start, end, ..self })
    }
}

/// Appends an unsigned number.
fn number(number: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Appends `contig, start, end`, with tabs between.
fn interval(contig: &[u8], start: usize, end: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(contig);
    out.push(b'\t');
    number(start, out);
    out.push(b'\t');
    number(end, out);
}

/// Appends a row of the unscored intervals: contig, start, end, reason, model.
pub fn unscored(
    contig: &[u8],
    range: (usize, usize),
    reason: &str,
    model: &str,
    out: &mut Vec<u8>,
) {
    interval(contig, range.0, range.1, out);
    for word in [reason, model] {
        out.push(b'\t');
        out.extend_from_slice(word.as_bytes());
    }
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    #[test]
    fn unscored_rows_have_five_columns() {
        let mut out = Vec::new();
        super::unscored(b"chr1", (0, 17), "contig_end", "exon-start", &mut out);
        assert_eq!(out, b"chr1\t0\t17\tcontig_end\texon-start\n");
    }
}
