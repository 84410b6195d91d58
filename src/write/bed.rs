//! BED6+1: contig, start, end, label, score 0..=1000, strand, value. BED6+2: and a name. BED9: with
//! colours.

use super::{BrowserTrack, Layout, Line};

pub(super) const LAYOUT: Layout = Layout {
    row,
    columns: "contig start end label score strand value",
    names: true,
    track: BrowserTrack::Bed,
    ..Layout::PLAIN
};

/// BED6: below a track line, browsers read a seventh column as thickStart.
pub(super) const TRACK: Layout = Layout {
    row: |line, out| {
        line.bed6(out);
        out.push(b'\n');
    },
    columns: "contig start end label score strand",
    names: false,
    ..LAYOUT
};

/// BED9, with a colour by label and strand. The value is left out, since browsers read a tenth
/// column as blockCount.
pub(super) const COLORED: Layout = Layout {
    row: |line, out| {
        line.bed9(out);
        out.push(b'\n');
    },
    columns: "contig start end label score strand thickStart thickEnd itemRgb",
    names: false,
    ..LAYOUT
};

fn row(line: &Line<'_>, out: &mut Vec<u8>) {
    line.bed6(out);
    out.push(b'\t');
    line.row.value.write(out);
    line.name(out);
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::super::tests::{line, written};
    use super::*;
    use crate::sequence::Strand;

    fn bed(value: f32, strand: Strand) -> String {
        written(&LAYOUT, line(value, strand))
    }

    #[test]
    fn rows_have_seven_columns() {
        assert_eq!(
            bed(0.98766, Strand::Forward),
            "chr1\t41\t42\texon_start\t988\t+\t0.9877\n"
        );
        assert_eq!(
            bed(1.0, Strand::Reverse),
            "chr1\t41\t42\texon_start\t1000\t-\t1\n"
        );
    }

    #[test]
    fn rows_below_a_track_line_have_six_columns() {
        assert_eq!(
            written(&TRACK, line(0.98766, Strand::Forward)),
            "chr1\t41\t42\texon_start\t988\t+\n"
        );
    }

    #[test]
    fn coloured_rows_have_nine_columns() {
        assert_eq!(
            written(&COLORED, line(0.98766, Strand::Forward)),
            "chr1\t41\t42\texon_start\t988\t+\t41\t42\t0,90,200\n"
        );
        assert_eq!(
            written(&COLORED, line(0.5, Strand::Reverse)),
            "chr1\t41\t42\texon_start\t500\t-\t41\t42\t0,45,100\n"
        );
    }

    #[test]
    fn a_name_is_an_eighth_column() {
        let named = Line {
            name: Some(b"read/1"),
            ..line(0.5, Strand::Forward)
        };
        assert_eq!(
            written(&LAYOUT, named),
            "chr1\t41\t42\texon_start\t500\t+\t0.5\tread/1\n"
        );
    }

    #[test]
    fn the_score_of_a_value_stays_in_range() {
        assert_eq!(
            bed(12.5, Strand::Both),
            "chr1\t41\t42\texon_start\t1000\t.\t12.5\n"
        );
        assert_eq!(
            bed(-1.5, Strand::Both),
            "chr1\t41\t42\texon_start\t0\t.\t-1.5\n"
        );
    }
}
