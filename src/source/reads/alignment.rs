//! One alignment: the fields of a record that are looked at.

use hts_sys::bam1_t;

use crate::sequence::UNKNOWN;

/// What an operation of a CIGAR does, and to how many bases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// Aligned, whether the bases match or not.
    Match(usize),
    /// Bases of the read that the contig lacks: insertion and soft clip.
    Insert(usize),
    Clip(usize),
    /// Bases of the contig that the read lacks.
    Delete(usize),
    /// Bases of the contig that the read leaps, as over an intron.
    Skip(usize),
    /// Hard clip and padding: neither has a base.
    Nothing,
}

impl Op {
    fn new(packed: u32) -> Option<Self> {
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

    /// Bases of the read and of the contig that the operation takes.
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

/// Stands for a quality that is not given.
const NO_QUALITY: u8 = 0xff;

/// The bases of a read, two a byte.
#[derive(Clone, Copy)]
pub struct Bases<'a>(&'a [u8]);

impl Bases<'_> {
    /// Code of the base at offset `at`, 0..=4.
    pub fn code(&self, at: usize) -> u8 {
        let shift = if at.is_multiple_of(2) { 4 } else { 0 };
        CODES[usize::from(self.0[at / 2] >> shift & 0xf)]
    }
}

/// A record as htslib holds it.
#[derive(Clone, Copy)]
pub struct Alignment<'a> {
    record: &'a bam1_t,
    data: &'a [u8],
}

impl<'a> Alignment<'a> {
    /// The record must be one that htslib has filled, or empty.
    pub(super) fn new(record: &'a bam1_t) -> Self {
        let len = usize::try_from(record.l_data).unwrap_or(0);
        let data = match len {
            0 => &[][..],
            // SAFETY: htslib keeps that many bytes there for as long as the record.
            _ => unsafe { std::slice::from_raw_parts(record.data, len) },
        };
        Self { record, data }
    }

    pub fn flags(&self) -> u16 {
        self.record.core.flag
    }

    pub fn mapping_quality(&self) -> u8 {
        self.record.core.qual
    }

    /// Number of the contig in the header.
    pub fn contig(&self) -> Option<usize> {
        usize::try_from(self.record.core.tid).ok()
    }

    /// Position of the first aligned base.
    pub fn start(&self) -> Option<usize> {
        usize::try_from(self.record.core.pos).ok()
    }

    /// The read's name; empty if it has none.
    pub fn name(&self) -> &'a [u8] {
        let end = usize::from(self.record.core.l_qname).min(self.data.len());
        let name = &self.data[..end];
        let end = name.iter().position(|&byte| byte == 0);
        let name = &name[..end.unwrap_or(name.len())];
        if name == b"*" { b"" } else { name }
    }

    /// Bases of the read.
    pub fn len(&self) -> usize {
        usize::try_from(self.record.core.l_qseq).unwrap_or(0)
    }

    fn field(&self, from: usize, len: usize) -> &'a [u8] {
        self.data.get(from..from + len).unwrap_or_default()
    }

    fn cigar_at(&self) -> usize {
        usize::from(self.record.core.l_qname)
    }

    fn bases_at(&self) -> usize {
        self.cigar_at() + 4 * self.record.core.n_cigar as usize
    }

    /// The operations; unknown ones are left out, which [`Self::cigar_fault`] tells.
    pub fn cigar(&self) -> impl Iterator<Item = Op> + use<'a> {
        self.packed_cigar().filter_map(Op::new)
    }

    fn packed_cigar(&self) -> impl Iterator<Item = u32> + use<'a> {
        let ops = self.field(self.cigar_at(), 4 * self.record.core.n_cigar as usize);
        ops.chunks_exact(4)
            .map(|op| u32::from_ne_bytes([op[0], op[1], op[2], op[3]]))
    }

    pub fn bases(&self) -> Bases<'a> {
        Bases(self.field(self.bases_at(), self.len().div_ceil(2)))
    }

    /// Qualities of the bases; none if the record gives none.
    pub fn qualities(&self) -> Option<&'a [u8]> {
        let len = self.len();
        let qualities = self.field(self.bases_at() + len.div_ceil(2), len);
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

    /// What is wrong with the CIGAR, if it is.
    pub fn cigar_fault(&self) -> Option<String> {
        if let Some(op) = self.packed_cigar().find(|&op| Op::new(op).is_none()) {
            return Some(format!("the CIGAR holds an unknown operation {}", op & 0xf));
        }
        let spelled: usize = self.cigar().map(|op| op.takes().0).sum();
        let (ops, len) = (self.packed_cigar().count(), self.len());
        (ops > 0 && len > 0 && spelled != len)
            .then(|| format!("the CIGAR spans {spelled} bases, the read has {len}"))
    }
}
