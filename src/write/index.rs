//! An index of block-gzipped rows, as tabix makes it: `.tbi`, or `.csi` for long contigs.

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use hts_sys::{
    TBX_GENERIC, TBX_UCSC, hts_set_log_level, htsLogLevel_HTS_LOG_OFF, tbx_conf_t, tbx_index_build3,
};

use super::whole::Whole;

/// Where contig, start and end stand in a row, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns {
    pub contig: u8,
    pub start: u8,
    pub end: u8,
    /// Whether positions count from 1, with the end included.
    pub from_one: bool,
    /// Lines above the rows, if not all of them begin with '#'.
    pub skip: u32,
}

/// Those of BED and of all that is like it.
pub const INTERVAL: Columns = Columns {
    contig: 1,
    start: 2,
    end: 3,
    from_one: false,
    skip: 0,
};

/// What a `.tbi` can tell apart, in bases.
const REACH: usize = 1 << 29;
/// Bases of the smallest interval of a `.csi`, as a power of two.
const CSI_SHIFT: i32 = 14;

impl Columns {
    /// Those of a file in which `head` stands above the rows.
    pub fn below(self, head: &str) -> Self {
        let last = head.lines().rev().skip_while(|line| line.starts_with('#'));
        let skip = last.count() as u32;
        Self { skip, ..self }
    }

    fn conf(self) -> tbx_conf_t {
        tbx_conf_t {
            preset: if self.from_one { TBX_GENERIC } else { TBX_UCSC } as i32,
            sc: self.contig.into(),
            bc: self.start.into(),
            ec: self.end.into(),
            meta_char: b'#'.into(),
            line_skip: self.skip as i32,
        }
    }
}

/// Gives `rows`, block gzip, and an index of them their names: `FILE` and `FILE.tbi`, or
/// `FILE.csi` if the longest contig asks for it. If either cannot be, neither is.
pub fn appear(rows: Whole, columns: Columns, longest: usize) -> Result<()> {
    let (suffix, shift) = match longest > REACH {
        true => (".csi", CSI_SHIFT),
        false => (".tbi", 0),
    };
    let index = rows.beside(suffix)?;
    let index = index.context("what has the name of its index is no regular file")?;
    build(rows.file.path(), index.file.path(), columns, shift)?;
    let index = index.appear().context("its index")?;
    rows.appear().map(|_| ()).inspect_err(|_| {
        // An index of nothing is worse than none.
        let _ = std::fs::remove_file(index);
    })?;
    Ok(())
}

fn build(rows: &Path, index: &Path, columns: Columns, shift: i32) -> Result<()> {
    let text = |path: &Path| CString::new(path.as_os_str().as_bytes());
    let (rows, index) = (text(rows)?, text(index)?);
    // SAFETY: the strings and the columns outlive the call, which keeps neither.
    let code = unsafe {
        // What it says goes to standard error unasked, and names temporary files.
        hts_set_log_level(htsLogLevel_HTS_LOG_OFF);
        tbx_index_build3(rows.as_ptr(), index.as_ptr(), shift, 0, &columns.conf())
    };
    ensure!(
        code == 0,
        "it cannot be indexed: rows are not sorted by position, each contig in one piece"
    );
    Ok(())
}
