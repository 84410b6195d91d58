//! narrowPeak, BED6+4: contig, start, end, label, score, strand, value, -1, -1, summit.

use super::{Holds, Layout, Line, Track, number};

pub(super) const LAYOUT: Layout = Layout {
    row,
    columns: "contig start end label score strand value p q peak",
    holds: Holds::Calls,
    track: Track::Type("narrowPeak"),
    ..Layout::PLAIN
};

fn row(line: &Line<'_>, out: &mut Vec<u8>) {
    line.bed6(out);
    out.push(b'\t');
    line.row.value.write(out);
    // No test was made, so there is neither a p-value nor a q-value.
    out.extend_from_slice(b"\t-1\t-1\t");
    match line.row.summit {
        Some(summit) => number(summit - line.row.start, out),
        None => out.extend_from_slice(b"-1"),
    }
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::super::tests::{line, written};
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
}
