//! BED6+1: contig, start, end, label, score 0..=1000, strand, value. BED6+2: and a name.

use super::{Row, interval, number};
use crate::sequence::Strand;

/// Appends a row, with the name of what it was found in if there is to be one.
pub fn row(
    contig: &[u8],
    row: &Row,
    label: &str,
    strand: Strand,
    name: Option<&[u8]>,
    out: &mut Vec<u8>,
) {
    interval(contig, row.start, row.end, out);
    out.push(b'\t');
    out.extend_from_slice(label.as_bytes());
    out.push(b'\t');
    number(usize::from(row.value.thousandths()), out);
    out.extend_from_slice(&[b'\t', strand.symbol(), b'\t']);
    row.value.write(out);
    if let Some(name) = name {
        out.push(b'\t');
        out.extend_from_slice(name);
    }
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;

    fn named(value: f32, strand: Strand, name: Option<&[u8]>) -> String {
        let mut out = Vec::new();
        let bed = Row {
            start: 41,
            end: 42,
            channel: 0,
            value: Value::new(value),
        };
        row(b"chr1", &bed, "exon_start", strand, name, &mut out);
        String::from_utf8(out).unwrap()
    }

    fn written(value: f32, strand: Strand) -> String {
        named(value, strand, None)
    }

    #[test]
    fn rows_have_seven_columns() {
        assert_eq!(
            written(0.98766, Strand::Forward),
            "chr1\t41\t42\texon_start\t988\t+\t0.9877\n"
        );
        assert_eq!(
            written(1.0, Strand::Reverse),
            "chr1\t41\t42\texon_start\t1000\t-\t1.0000\n"
        );
    }

    #[test]
    fn a_name_is_an_eighth_column() {
        assert_eq!(
            named(0.5, Strand::Forward, Some(b"read/1")),
            "chr1\t41\t42\texon_start\t500\t+\t0.5000\tread/1\n"
        );
    }

    #[test]
    fn the_score_of_a_value_stays_in_range() {
        assert_eq!(
            written(12.5, Strand::Both),
            "chr1\t41\t42\texon_start\t1000\t.\t12.5000\n"
        );
        assert_eq!(
            written(-1.5, Strand::Both),
            "chr1\t41\t42\texon_start\t0\t.\t-1.5000\n"
        );
    }
}
