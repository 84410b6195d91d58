//! narrowPeak, BED6+4: contig, start, end, label, score, strand, value, p, -1, summit.
//!
//! The p column is `-log10` of the share of a genome's positions that score at least as much,
//! from the background of the model; -1 if the model has none.

use super::{BrowserTrack, Layout, Line, RowKinds, number};
use crate::model::single;
use crate::value::Value;

pub(super) const LAYOUT: Layout = Layout {
    row,
    columns: "contig start end label score strand value p q peak",
    holds: RowKinds::Calls,
    track: BrowserTrack::Type("narrowPeak"),
    ..Layout::PLAIN
};

fn row(line: &Line<'_>, out: &mut Vec<u8>) {
    line.bed6(out);
    out.push(b'\t');
    line.row.value.write(out);
    out.push(b'\t');
    match line.rarity() {
        Some(rarity) => Value::new(single(rarity)).write(out),
        None => out.extend_from_slice(b"-1"),
    }
    // A q-value needs all p-values, but rows are written as they come.
    out.extend_from_slice(b"\t-1\t");
    match line.row.summit {
        Some(summit) => number(summit - line.row.start, out),
        None => out.extend_from_slice(b"-1"),
    }
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::super::tests::{RARE, line, written};
    use super::*;
    use crate::sequence::Strand;

    #[test]
    fn rows_have_ten_columns_and_the_summit_counts_from_the_start() {
        let mut peak = line(0.98766, Strand::Reverse);
        (peak.row.end, peak.row.summit) = (90, Some(60));
        assert_eq!(
            written(&LAYOUT, peak),
            "chr1\t41\t90\texon_start\t988\t-\t0.9877\t-1\t-1\t19\n"
        );
        peak.row.summit = None;
        assert!(written(&LAYOUT, peak).ends_with("\t-1\n"));
    }

    #[test]
    fn score_and_p_are_those_of_the_background() {
        let peak = Line {
            model: &RARE,
            ..line(1.5, Strand::Forward)
        };
        assert_eq!(
            written(&LAYOUT, peak),
            "chr1\t41\t42\texon_start\t500\t+\t1.5\t3\t-1\t0\n"
        );
        let rarest = Line {
            model: &RARE,
            ..line(9.0, Strand::Forward)
        };
        assert!(written(&LAYOUT, rarest).contains("\t1000\t+\t9\t7\t-1\t"));
    }
}
