//! GFF3: seqid, source, type, start, end, score, strand, phase, attributes.

use super::index::Columns;
use super::{Layout, Line, number};
use crate::model::Task;

pub(super) const LAYOUT: Layout = Layout {
    row,
    first: "##gff-version 3\n",
    columns: "seqid source type start end score strand phase attributes",
    index: Columns {
        contig: 1,
        start: 4,
        end: 5,
        from_one: true,
        skip: 0,
    },
    ..Layout::PLAIN
};

fn row(line: &Line<'_>, out: &mut Vec<u8>) {
    seqid(line.contig, out);
    out.extend_from_slice(b"\twindrow\t");
    out.extend_from_slice(kind(line.model.task).as_bytes());
    out.push(b'\t');
    number(line.row.start + 1, out);
    out.push(b'\t');
    number(line.row.end, out);
    out.push(b'\t');
    line.row.value.write(out);
    out.extend_from_slice(&[b'\t', line.strand.symbol()]);
    // Labels and names of models need no escape.
    out.extend_from_slice(b"\t.\tName=");
    out.extend_from_slice(line.label().as_bytes());
    out.extend_from_slice(b";model=");
    out.extend_from_slice(line.model.name.as_bytes());
    out.push(b'\n');
}

/// Term of the Sequence Ontology for the calls of a task.
fn kind(task: Task) -> &'static str {
    match task {
        // The first base of an exon, behind an intron or at the start of a transcript.
        Task::ExonStart => "exon_region",
        Task::Promoter => "promoter",
        Task::Enhancer => "enhancer",
        Task::BindingSite => "TF_binding_site",
        Task::Expression => "sequence_feature",
    }
}

/// Appends a name; bytes that the format does not allow are written as %XX.
fn seqid(name: &[u8], out: &mut Vec<u8>) {
    for &byte in name {
        if byte.is_ascii_alphanumeric() || b".:^*$@!+_?-|".contains(&byte) {
            out.push(byte);
        } else {
            let digit = |nibble: u8| b"0123456789ABCDEF"[usize::from(nibble)];
            out.extend_from_slice(&[b'%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{line, written};
    use super::*;
    use crate::sequence::Strand;

    #[test]
    fn rows_have_nine_columns_and_count_from_one() {
        assert_eq!(
            written(&LAYOUT, line(0.98766, Strand::Reverse)),
            "chr1\twindrow\texon_region\t42\t42\t0.9877\t-\t.\tName=exon_start;model=exon-start\n"
        );
    }

    #[test]
    fn names_are_escaped() {
        let other = Line {
            contig: b"a%b;c=|\xff",
            ..line(1.0, Strand::Both)
        };
        assert!(written(&LAYOUT, other).starts_with("a%25b%3Bc%3D|%FF\twindrow\t"));
    }
}
