//! bedGraph: contig, start, end, value.

use super::{BrowserTrack, LabelScope, Layout, Line};

pub(super) const LAYOUT: Layout = Layout {
    row,
    comments: false,
    columns: "contig start end value",
    tracks: LabelScope::Label,
    steps: true,
    track: BrowserTrack::Type("bedGraph"),
    ..Layout::PLAIN
};

fn row(line: &Line<'_>, out: &mut Vec<u8>) {
    line.interval(out);
    out.push(b'\t');
    line.row.value.write(out);
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::super::tests::{line, written};
    use super::*;
    use crate::sequence::Strand;

    #[test]
    fn rows_have_four_columns() {
        assert_eq!(
            written(&LAYOUT, line(0.25, Strand::Forward)),
            "chr1\t41\t42\t0.25\n"
        );
    }
}
