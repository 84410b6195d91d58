//! bigWig and bigBed without rows, which bigtools cannot write.

use std::io::{self, Write};

use crate::source::to_index;

const VERSION: u16 = 4;
const CONTIG_TREE: u32 = 0x78ca_8c91;
const INDEX: u32 = 0x2468_ace0;
/// Bytes of a contig's number and length, the values of the tree of contigs.
const CONTIG: u32 = 8;
const HEADER: u64 = 64;
const SUMMARY: u64 = 40;
const COUNT: u64 = 8;
const CONTIG_TREE_BYTES: u64 = 36;

/// Fields in which the two formats differ.
pub struct BigHeader<'a> {
    pub magic: u32,
    /// Number of columns, and of those that are columns of BED; 0 for bigWig.
    pub columns: (u16, u16),
    pub autosql: &'a str,
}

/// Writes a file whose contig tree and index are one empty leaf each. Numbers have the byte order
/// of this machine, as those of bigtools.
pub fn write(head: &BigHeader<'_>, out: &mut impl Write) -> io::Result<()> {
    let autosql = match head.autosql {
        "" => Vec::new(),
        text => [text.as_bytes(), b"\0"].concat(),
    };
    let summary = HEADER + autosql.len() as u64;
    let data = summary + SUMMARY;
    let contigs = data + COUNT;
    let index = contigs + CONTIG_TREE_BYTES;
    let mut bytes = Bytes(Vec::new());
    bytes.word(head.magic);
    bytes.half(VERSION);
    bytes.half(0);
    for offset in [contigs, data, index] {
        bytes.long(offset);
    }
    bytes.half(head.columns.0);
    bytes.half(head.columns.1);
    bytes.long(if autosql.is_empty() { 0 } else { HEADER });
    bytes.long(summary);
    bytes.word(0);
    bytes.long(0);
    bytes.0.extend(autosql);
    bytes.0.resize(to_index(contigs), 0);

    for word in [CONTIG_TREE, 1, 1, CONTIG] {
        bytes.word(word);
    }
    bytes.long(0);
    bytes.long(0);
    bytes.leaf();

    bytes.word(INDEX);
    bytes.word(1);
    bytes.long(0);
    for bound in [0; 4] {
        bytes.word(bound);
    }
    bytes.long(index);
    bytes.word(1);
    bytes.word(0);
    bytes.leaf();
    bytes.word(head.magic);
    out.write_all(&bytes.0)
}

struct Bytes(Vec<u8>);

impl Bytes {
    fn half(&mut self, number: u16) {
        self.0.extend(number.to_ne_bytes());
    }

    fn word(&mut self, number: u32) {
        self.0.extend(number.to_ne_bytes());
    }

    fn long(&mut self, number: u64) {
        self.0.extend(number.to_ne_bytes());
    }

    /// An empty leaf of a tree.
    fn leaf(&mut self) {
        self.0.extend([1, 0]);
        self.half(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bigtools::{BigBedRead, BigWigRead};
    use std::io::Cursor;

    #[test]
    fn readers_find_no_contig() {
        let mut wig = Vec::new();
        let head = BigHeader {
            magic: super::super::BIG_WIG,
            columns: (0, 0),
            autosql: "",
        };
        write(&head, &mut wig).unwrap();
        let wig = BigWigRead::open(Cursor::new(wig)).unwrap();
        assert!(wig.chroms().is_empty());

        let mut bed = Vec::new();
        let head = BigHeader {
            magic: super::super::BIG_BED,
            columns: (7, 6),
            autosql: super::super::autosql::CALLS,
        };
        write(&head, &mut bed).unwrap();
        let mut bed = BigBedRead::open(Cursor::new(bed)).unwrap();
        assert!(bed.chroms().is_empty());
        assert_eq!(bed.info().header.field_count, 7);
        let autosql = bed.autosql().unwrap();
        assert_eq!(autosql.as_deref(), Some(super::super::autosql::CALLS));
    }
}
