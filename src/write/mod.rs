//! Rows of output, byte for byte.

// Sizes and positions from files are checked against bounds, or a comment says why not.
#![cfg_attr(
    not(test),
    warn(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_sign_loss,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

mod bed;
mod bedgraph;
mod bgzip;
pub mod big;
mod color;
mod format;
mod gff3;
mod header;
mod index;
mod layout;
mod narrowpeak;
mod order;
mod output;
mod spsc;
mod steps;
mod target;
mod track;
pub mod tracks;
mod tsv;
mod whole;

pub use color::color;
pub use format::Format;
pub use header::{Parameters, Provenance, RowThreshold, header};
pub use layout::{BrowserTrack, LabelScope, Layout, RowKinds};
pub use order::Ordered;
pub use output::{Destination, RowOutput};
pub use steps::Merger;
pub use target::{Encoding, Target};

use crate::model::Contract;
use crate::sequence::Strand;
use crate::source::Place;
use crate::value::Value;

/// A row: half-open interval, summit, channel (model, label and strand), value and raw output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    pub start: usize,
    pub end: usize,
    /// Base that the best window reports on; none if that base is not on the contig.
    pub summit: Option<usize>,
    pub channel: usize,
    pub value: Value,
    pub output: f32,
}

impl Row {
    /// The row in coordinates of the contig; none if no base of it is on the contig.
    pub fn on_contig(self, place: &Place) -> Option<Self> {
        let (start, end) = place.on_contig(self.start, self.end)?;
        let summit = (self.summit).and_then(|at| Some(place.on_contig(at, at + 1)?.0));
        Some(Self {
            start,
            end,
            summit,
            ..self
        })
    }
}

/// Rarity of a row whose score is 1000: one position in a million.
const RAREST: f64 = 6.0;

/// A row with all data that a format can write.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    pub contig: &'a [u8],
    pub row: Row,
    pub model: &'a Contract,
    /// Number of the label among those of the model.
    pub label: usize,
    pub strand: Strand,
    /// Name of the region or read, if rows have a column for names.
    pub name: Option<&'a [u8]>,
}

impl Line<'_> {
    fn label(&self) -> &str {
        &self.model.labels[self.label]
    }

    /// Probability at the summit, or the plain value.
    fn probability(&self) -> f32 {
        self.model.probability(self.label, self.row.output)
    }

    /// `-log10` of the share of a genome that scores at least as much; none if the model has no
    /// background.
    fn rarity(&self) -> Option<f64> {
        let background = self.model.background.get(self.label)?;
        Some(background.rarity(self.row.output))
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rarity is not below 0, so this is 0 to 1000"
    )]
    /// BED's score, `round(1000 * min(1, rarity / 6))`: 500 is one position in a thousand. If the
    /// model has no background, it is the probability in thousandths.
    fn score(&self) -> u16 {
        match self.rarity() {
            Some(rarity) => (1000.0 * (rarity / RAREST).min(1.0)).round() as u16,
            None => Value::new(self.probability()).thousandths(),
        }
    }

    /// Appends contig, start and end, with tabs between.
    fn interval(&self, out: &mut Vec<u8>) {
        interval(self.contig, self.row.start, self.row.end, out);
    }

    /// Appends the first six columns of BED.
    fn bed6(&self, out: &mut Vec<u8>) {
        self.interval(out);
        out.push(b'\t');
        out.extend_from_slice(self.label().as_bytes());
        out.push(b'\t');
        number(usize::from(self.score()), out);
        out.extend_from_slice(&[b'\t', self.strand.symbol()]);
    }

    /// Appends the first nine columns of BED. The whole row is thick.
    fn bed9(&self, out: &mut Vec<u8>) {
        self.bed6(out);
        for position in [self.row.start, self.row.end] {
            out.push(b'\t');
            number(position, out);
        }
        out.push(b'\t');
        color::write(color(self.model, self.label, self.strand), out);
    }

    /// Appends the column of the name, if there is one.
    fn name(&self, out: &mut Vec<u8>) {
        if let Some(name) = self.name {
            out.push(b'\t');
            out.extend_from_slice(name);
        }
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
    use std::sync::LazyLock;

    use super::*;
    use crate::model::{self, Background, Output};

    /// Raw outputs are values; there is no background.
    static CONTRACT: LazyLock<Contract> = LazyLock::new(|| Contract {
        output: Output::Value,
        background: Vec::new(),
        ..model::load("exon-start").unwrap().contract
    });

    /// The same with a background: 1.5 is one position in a thousand.
    pub static RARE: LazyLock<Contract> = LazyLock::new(|| Contract {
        background: vec![Background::new(vec![(0.0, 1.0), (3.0, 1e-6), (4.0, 1e-7)]).unwrap()],
        ..CONTRACT.clone()
    });

    /// A line of one base at 41 of chr1, with label exon_start.
    pub fn line(value: f32, strand: Strand) -> Line<'static> {
        Line {
            model: &CONTRACT,
            contig: b"chr1",
            row: Row {
                start: 41,
                end: 42,
                summit: Some(41),
                channel: 0,
                value: Value::new(value),
                output: value,
            },
            label: 0,
            strand,
            name: None,
        }
    }

    /// A line as a layout writes it.
    pub fn written(layout: &Layout, line: Line<'_>) -> String {
        let mut out = Vec::new();
        (layout.row)(&line, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn unscored_rows_have_five_columns() {
        let mut out = Vec::new();
        unscored(b"chr1", (0, 17), "contig_end", "exon-start", &mut out);
        assert_eq!(out, b"chr1\t0\t17\tcontig_end\texon-start\n");
    }
}
