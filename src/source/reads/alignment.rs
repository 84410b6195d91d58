//! One alignment: the fields of a record that windrow uses.

use bstr::ByteSlice;
use rust_htslib::bam::Record;

use crate::sequence::UNKNOWN;

/// What an operation of a CIGAR does, and to how many bases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CigarOp {
    /// Aligned, whether the bases match or not.
    Match(usize),
    /// Inserted bases: in the read, not on the contig.
    Insert(usize),
    Clip(usize),
    /// Deleted bases: on the contig, not in the read.
    Delete(usize),
    /// Skipped bases of the contig, as an intron is.
    Skip(usize),
    /// Hard clip or padding, which have no bases.
    Nothing,
}

impl CigarOp {
    fn new(packed: u32) -> Option<Self> {
        // 28 bits.
        let len = (packed >> 4) as usize;
        Some(match packed & 0xf {
            0 | 7 | 8 => Self::Match(len),
            1 => Self::Insert(len),
            2 => Self::Delete(len),
            3 => Self::Skip(len),
            4 => Self::Clip(len),
            5 | 6 => Self::Nothing,
            _ => return None,
        })
    }

    /// Bases of the read and of the contig that the operation covers.
    pub fn takes(self) -> (usize, usize) {
        match self {
            Self::Match(len) => (len, len),
            Self::Insert(len) | Self::Clip(len) => (len, 0),
            Self::Delete(len) | Self::Skip(len) => (0, len),
            Self::Nothing => (0, 0),
        }
    }
}

/// Codes of a record's letters, in BAM's order `=ACMGRSVTWYHKDBN`.
const CODES: [u8; 16] = {
    let mut codes = [UNKNOWN; 16];
    codes[1] = 0;
    codes[2] = 1;
    codes[4] = 2;
    codes[8] = 3;
    codes
};

/// The value of a missing quality.
const NO_QUALITY: u8 = 0xff;

/// The bases of a read, two in a byte.
#[derive(Clone, Copy)]
pub struct Bases<'a>(&'a [u8]);

impl Bases<'_> {
    /// Code of the base at offset `at`, 0..=4; [`UNKNOWN`] behind the end.
    pub fn code(&self, at: usize) -> u8 {
        let shift = if at.is_multiple_of(2) { 4 } else { 0 };
        let pair = self.0.get(at / 2).copied().unwrap_or(0);
        CODES[usize::from(pair >> shift & 0xf)]
    }
}

/// A record as htslib holds it.
#[derive(Clone, Copy)]
pub struct Alignment<'a> {
    record: &'a Record,
}

impl<'a> Alignment<'a> {
    pub(super) fn new(record: &'a Record) -> Self {
        Self { record }
    }

    pub fn flags(&self) -> u16 {
        self.record.flags()
    }

    pub fn mapping_quality(&self) -> u8 {
        self.record.mapq()
    }

    /// Number of the contig in the header.
    pub fn contig(&self) -> Option<usize> {
        usize::try_from(self.record.tid()).ok()
    }

    /// Position of the first aligned base.
    pub fn start(&self) -> Option<usize> {
        usize::try_from(self.record.pos()).ok()
    }

    /// The read's name; `*` if it has none.
    pub fn name(&self) -> &'a [u8] {
        let name = self.record.qname();
        let end = name.find_byte(0).unwrap_or(name.len());
        &name[..end]
    }

    /// Bases of the read.
    pub fn len(&self) -> usize {
        self.record.seq_len()
    }

    /// The operations. Unknown ones are left out; [`Self::cigar_fault`] reports them.
    pub fn cigar(&self) -> impl Iterator<Item = CigarOp> + use<'a> {
        self.packed_cigar().filter_map(CigarOp::new)
    }

    fn packed_cigar(&self) -> impl Iterator<Item = u32> + use<'a> {
        self.record.raw_cigar().iter().copied()
    }

    pub fn bases(&self) -> Bases<'a> {
        Bases(self.record.seq().encoded)
    }

    /// Qualities of the bases; none if the record has none.
    pub fn qualities(&self) -> Option<&'a [u8]> {
        let qualities = self.record.qual();
        (qualities.first() != Some(&NO_QUALITY)).then_some(qualities)
    }

    /// Appends the codes of all bases.
    pub fn codes(&self, codes: &mut Vec<u8>) {
        let bases = self.bases();
        codes.extend((0..self.len()).map(|at| bases.code(at)));
    }

    /// Bases of the contig from the first aligned one to the last.
    pub fn span(&self) -> usize {
        self.cigar().map(|op| op.takes().1).sum()
    }

    /// The fault of the CIGAR, if it has one.
    pub fn cigar_fault(&self) -> Option<String> {
        if let Some(op) = self.packed_cigar().find(|&op| CigarOp::new(op).is_none()) {
            return Some(format!("the CIGAR holds an unknown operation {}", op & 0xf));
        }
        let spelled: usize = self.cigar().map(|op| op.takes().0).sum();
        let (ops, len) = (self.packed_cigar().count(), self.len());
        (ops > 0 && len > 0 && spelled != len)
            .then(|| format!("the CIGAR spans {spelled} bases, the read has {len}"))
    }
}
