//! Which records are used, by flags and mapping quality.

use super::alignment::Alignment;

/// The bits of a record's flags, as the SAM specification numbers them.
pub mod flag {
    pub const UNMAPPED: u16 = 0x4;
    pub const REVERSE: u16 = 0x10;
    pub const FIRST: u16 = 0x40;
    pub const LAST: u16 = 0x80;
    pub const SECONDARY: u16 = 0x100;
    pub const QC_FAIL: u16 = 0x200;
    pub const DUPLICATE: u16 = 0x400;
    pub const SUPPLEMENTARY: u16 = 0x800;

    /// Records that are not the primary, valid alignment of a read.
    pub const POOR: u16 = SECONDARY | QC_FAIL | DUPLICATE | SUPPLEMENTARY;
}

/// As in `samtools view`: `-f`, `-F` and `-q`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Flags that must all be set.
    pub require: u16,
    /// Flags that must all be unset.
    pub exclude: u16,
    pub min_quality: u8,
}

impl Filter {
    pub fn passes(&self, read: &Alignment<'_>) -> bool {
        let flags = read.flags();
        flags & self.require == self.require
            && flags & self.exclude == 0
            && read.mapping_quality() >= self.min_quality
    }
}
