//! Indexes of block-gzipped rows, as tabix makes them: `.tbi`, or `.csi` for long contigs.

use std::ffi::CString;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr;

use anyhow::{Context, Result, ensure};
use hts_sys::{
    HTS_FMT_CSI, HTS_FMT_TBI, TBX_GENERIC, TBX_UCSC, bgzf_close, bgzf_open, hts_idx_save_as,
    hts_set_log_level, htsLogLevel_HTS_LOG_OFF, tbx_conf_t, tbx_destroy, tbx_index,
};

use super::whole::Whole;

/// Columns of contig, start and end, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns {
    pub contig: u8,
    pub start: u8,
    pub end: u8,
    /// Whether positions count from 1, with the end included.
    pub from_one: bool,
    /// Lines above the rows to skip, where not all of them begin with '#'.
    pub skip: i32,
}

/// The columns of BED and similar formats.
pub const INTERVAL: Columns = Columns {
    contig: 1,
    start: 2,
    end: 3,
    from_one: false,
    skip: 0,
};

/// Longest contig of a `.tbi`, in bases.
const REACH: usize = 1 << 29;
/// Bases of the smallest interval of a `.csi`, as a power of two.
const CSI_SHIFT: i32 = 14;

impl Columns {
    /// The columns of a file with `head` above the rows.
    pub fn below(self, head: &str) -> Self {
        let last = head.lines().rev().skip_while(|line| line.starts_with('#'));
        let skip = i32::try_from(last.count()).unwrap_or(i32::MAX);
        Self { skip, ..self }
    }

    fn conf(self) -> tbx_conf_t {
        tbx_conf_t {
            preset: if self.from_one {
                TBX_GENERIC.cast_signed()
            } else {
                TBX_UCSC.cast_signed()
            },
            sc: self.contig.into(),
            bc: self.start.into(),
            ec: self.end.into(),
            meta_char: b'#'.into(),
            line_skip: self.skip,
        }
    }
}

/// Gives `rows`, which are block gzip, and their index their names: `FILE` and `FILE.tbi`, or
/// `FILE.csi` if the longest contig needs it. On an error neither file is there.
pub fn publish(rows: Whole, columns: Columns, longest: usize) -> Result<()> {
    let (suffix, shift) = match longest > REACH {
        true => (".csi", CSI_SHIFT),
        false => (".tbi", 0),
    };
    let index = rows.beside(suffix)?;
    let index = index.context("the name of its index is taken, not by a regular file")?;
    build(rows.file.path(), index.file.path(), columns, shift)?;
    let index = index.publish().context("its index")?;
    rows.publish().map(|_| ()).inspect_err(|_| {
        // An index without its file must not stay.
        let _ = std::fs::remove_file(index);
    })?;
    Ok(())
}

fn build(rows: &Path, index: &Path, columns: Columns, shift: i32) -> Result<()> {
    let text = |path: &Path| CString::new(path.as_os_str().as_bytes());
    let (rows, index) = (text(rows)?, text(index)?);
    let format = match shift {
        0 => HTS_FMT_TBI,
        _ => HTS_FMT_CSI,
    };
    // SAFETY: the strings and the columns outlive the calls, which keep none of them; the file and
    // the table are checked for null before use, and are freed once.
    let written = unsafe {
        // Messages of htslib go to standard error, and name temporary files.
        hts_set_log_level(htsLogLevel_HTS_LOG_OFF);
        let file = bgzf_open(rows.as_ptr(), c"r".as_ptr());
        ensure!(!file.is_null(), io::Error::last_os_error());
        let table = tbx_index(file, shift, &columns.conf());
        bgzf_close(file);
        ensure!(
            !table.is_null(),
            "it cannot be indexed: rows are not sorted by position, each contig in one piece"
        );
        let code = hts_idx_save_as(
            (*table).idx,
            ptr::null(),
            index.as_ptr(),
            format.cast_signed(),
        );
        let written = match code {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        };
        tbx_destroy(table);
        written
    };
    written.context("its index")
}

/// The contig of the first row that begins with '#', which an index would take for a comment.
/// The first `head` bytes of `rows` are the header.
pub fn hidden(rows: &[u8], head: usize) -> Option<&[u8]> {
    let rows = rows.get(head..)?;
    let mut lines = rows.split(|&byte| byte == b'\n');
    let row = lines.find(|row| row.first() == Some(&b'#'))?;
    row.split(|&byte| byte == b'\t').next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::{Encoding, Target};

    fn indexed(rows: &str, index_limit: Option<&Path>) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("x.bed.gz");
        let mut target = Target::file(&path, Encoding::Bgzip)?;
        target.write(rows.as_bytes())?;
        target.finish()?;
        let index = index_limit.map_or(folder.path().join("x.bed.gz.tbi"), Path::to_owned);
        build(&path, &index, INTERVAL, 0)
    }

    #[test]
    fn a_disk_that_is_full_is_not_called_a_matter_of_order() {
        assert!(indexed("a\t0\t1\nb\t0\t1\n", None).is_ok());
        let full = indexed("a\t0\t1\n", Some(Path::new("/dev/full"))).unwrap_err();
        assert!(
            format!("{full:#}").contains("its index: No space left"),
            "{full:#}"
        );
        let unsorted = indexed("a\t5\t6\na\t0\t1\n", None).unwrap_err();
        assert!(
            unsorted.to_string().contains("rows are not sorted"),
            "{unsorted:#}"
        );
    }

    #[test]
    fn rows_that_an_index_passes_over_are_found() {
        assert_eq!(hidden(b"# head\na\t0\t1\n", 7), None);
        assert_eq!(hidden(b"# head\na\t0\t1\n#x\t0\t1\n", 7), Some(&b"#x"[..]));
        assert_eq!(hidden(b"", 0), None);
    }
}
