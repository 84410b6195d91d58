//! A table with column titles, for programs that read no format of genomics.

use super::{Layout, Line, number};

pub(super) const LAYOUT: Layout = Layout {
    row,
    columns: "contig start end label strand value summit model",
    titles: true,
    names: true,
    ..Layout::PLAIN
};

fn row(line: &Line<'_>, out: &mut Vec<u8>) {
    line.interval(out);
    out.push(b'\t');
    out.extend_from_slice(line.label().as_bytes());
    out.extend_from_slice(&[b'\t', line.strand.symbol(), b'\t']);
    line.row.value.write(out);
    out.push(b'\t');
    match line.row.summit {
        Some(summit) => number(summit, out),
        None => out.push(b'.'),
    }
    out.push(b'\t');
    out.extend_from_slice(line.model.name.as_bytes());
    line.name(out);
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::super::tests::{line, written};
    use super::*;
    use crate::sequence::Strand;

    #[test]
    fn rows_have_eight_columns_or_a_name_more() {
        let mut plain = line(0.98766, Strand::Reverse);
        let text = "chr1\t41\t42\texon_start\t-\t0.9877\t41\texon-start";
        assert_eq!(written(&LAYOUT, plain), format!("{text}\n"));
        plain.name = Some(b"read/1");
        assert_eq!(written(&LAYOUT, plain), format!("{text}\tread/1\n"));
    }

    #[test]
    fn a_summit_without_a_place_is_a_dot() {
        let mut nowhere = line(0.5, Strand::Forward);
        nowhere.row.summit = None;
        assert!(written(&LAYOUT, nowhere).contains("\t0.5\t.\t"));
    }
}
