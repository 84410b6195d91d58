//! Splice scores, a format that minisplice writes and that minimap2 and miniprot read: contig,
//! offset, strand, A (acceptor) or D (donor), score.
//!
//! The offset is the number of bases left of the border between intron and exon, on the forward
//! strand, for sites on either strand. The score is twice the binary logarithm of the probability
//! of a site over the share of sites among candidates, rounded, from -7 to 13.

use super::index::{Columns, INTERVAL};
use super::{LabelScope, Layout, Line, RowKinds, number};
use crate::model::{Contract, Output, Strandedness, Task};

pub(super) const LAYOUT: Layout = Layout {
    row,
    comments: false,
    columns: "contig offset strand type score",
    tracks: LabelScope::Model,
    holds: RowKinds::Windows(LEAST),
    refuses,
    index: Columns { end: 2, ..INTERVAL },
    ..Layout::PLAIN
};

/// Share of acceptors of coding exons among all AG: 4,056 of 4,148,232, both strands, in 28.6 Mb
/// of human chr1.
const ACCEPTORS: f64 = 0.001;
/// Share of donors of coding exons among all GT: 4,015 of 2,887,922.
const DONORS: f64 = 0.0014;
/// The label of windows on the last base of an exon. Any other label is on the first base.
const EXON_END: &str = "exon_end";
/// Probability of the lowest score.
const LEAST: f32 = 0.0001;
const SCORES: (f64, f64) = (-7.0, 13.0);

fn refuses(model: &Contract) -> Option<&'static str> {
    match model {
        _ if model.task != Task::ExonStart => Some("its task is not exon_start"),
        _ if model.output != Output::Logit => Some("it gives no probabilities"),
        _ if model.strand != Strandedness::Stranded => Some("it has no strands"),
        _ if !sites(&model.labels) => Some("its labels are not exon_start and exon_end"),
        _ => None,
    }
}

/// A model with a single label is one of exon starts, by its task, whatever the label's name.
fn sites(labels: &[impl AsRef<str>]) -> bool {
    labels.len() == 1
        || labels
            .iter()
            .all(|label| matches!(label.as_ref(), "exon_start" | EXON_END))
}

fn row(line: &Line<'_>, out: &mut Vec<u8>) {
    let donor = line.label() == EXON_END;
    // The exon's base at the border is left of it where exons end on the forward strand, and
    // where they start on the reverse one.
    let left = donor == (line.strand.symbol() != b'-');
    let offset = line.row.start + usize::from(left);
    out.extend_from_slice(line.contig);
    out.push(b'\t');
    number(offset, out);
    out.extend_from_slice(&[b'\t', line.strand.symbol()]);
    let (site, share) = match donor {
        true => (b"\tD\t", DONORS),
        false => (b"\tA\t", ACCEPTORS),
    };
    out.extend_from_slice(site);
    let score = score(line.probability(), share);
    if score < 0 {
        out.push(b'-');
    }
    number(score.unsigned_abs(), out);
    out.push(b'\n');
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a whole number within SCORES"
)]
fn score(probability: f32, share: f64) -> isize {
    let odds = 2.0 * (f64::from(probability) / share).log2();
    odds.round().clamp(SCORES.0, SCORES.1) as isize
}

#[cfg(test)]
mod tests {
    use super::super::tests::{line, written};
    use super::*;
    use crate::sequence::Strand;

    #[test]
    fn offsets_are_those_of_the_border() {
        assert_eq!(
            written(&LAYOUT, line(0.98766, Strand::Forward)),
            "chr1\t41\t+\tA\t13\n"
        );
        assert_eq!(
            written(&LAYOUT, line(0.00049, Strand::Reverse)),
            "chr1\t42\t-\tA\t-2\n"
        );
    }

    #[test]
    fn an_exon_ends_at_the_border_behind_its_last_base() {
        let mut model = line(0.0, Strand::Forward).model.clone();
        model.labels[0] = EXON_END.to_owned();
        let donor = |strand| Line {
            model: &model,
            ..line(0.0056, strand)
        };
        assert_eq!(
            written(&LAYOUT, donor(Strand::Forward)),
            "chr1\t42\t+\tD\t4\n"
        );
        assert_eq!(
            written(&LAYOUT, donor(Strand::Reverse)),
            "chr1\t41\t-\tD\t4\n"
        );
    }

    #[test]
    fn scores_are_twice_the_logarithm_of_the_odds() {
        let cases = [
            (0.0, -7),
            (LEAST, -7),
            (0.0002, -5),
            (0.0005, -2),
            (0.001, 0),
            (0.002, 2),
            (0.016, 8),
            (0.0763, 13),
            (1.0, 13),
        ];
        for (probability, expected) in cases {
            assert_eq!(score(probability, ACCEPTORS), expected, "{probability}");
        }
    }
}
