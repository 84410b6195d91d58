//! What CRAM needs beside htslib: a reference with an index, and an end.

use std::ffi::{CString, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use hts_sys::fai_build;
use tempfile::TempDir;

use crate::source::Fault;
use crate::source::bgzf::is_bgzf;

/// FASTA that htslib finds an index beside.
pub struct Reference {
    pub path: PathBuf,
    /// Where the index was made, for as long as it is read.
    _folder: Option<TempDir>,
}

impl Reference {
    /// Takes the index beside the file: `.fai`, and for block gzip `.gzi`. Without one, htslib
    /// makes it in a temporary folder.
    pub fn open(path: &Path) -> Result<Self, Fault> {
        let fail = |error: &str| Fault::Parse(format!("{}: {error}", path.display()));
        let said = |error: io::Error| fail(&error.to_string());
        let mut head = Vec::new();
        let mut file = File::open(path).map_err(said)?;
        file.by_ref()
            .take(18)
            .read_to_end(&mut head)
            .map_err(said)?;
        let suffixes = if is_bgzf(&head) {
            &[".fai", ".gzi"][..]
        } else {
            &[".fai"]
        };
        let indexes: Vec<_> = suffixes.iter().map(|suffix| beside(path, suffix)).collect();
        let present = |index: &&PathBuf| index.exists();
        if let Some(old) = indexes
            .iter()
            .filter(present)
            .find(|index| changed(index) < changed(path))
        {
            let text = format!("the index {} is older than the file", old.display());
            return Err(fail(&text));
        }
        if indexes.iter().all(|index| present(&index)) {
            let path = path.to_owned();
            return Ok(Self {
                path,
                _folder: None,
            });
        }
        let folder = TempDir::with_prefix("windrow-").map_err(said)?;
        let link = folder.path().join("reference");
        symlink(path.canonicalize().map_err(said)?, &link).map_err(said)?;
        let name = CString::new(link.as_os_str().as_bytes());
        let name = name.map_err(|error| fail(&error.to_string()))?;
        // SAFETY: the name ends with a zero.
        if unsafe { fai_build(name.as_ptr()) } != 0 {
            let text = "cannot be indexed: neither plain nor bgzip FASTA";
            return Err(fail(text));
        }
        Ok(Self {
            path: link,
            _folder: Some(folder),
        })
    }
}

/// When a file was last written to.
fn changed(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|found| found.modified()).ok()
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

/// The last container of version 3, and of version 2.1.
const ENDS: [&[u8]; 2] = [
    b"\x0f\0\0\0\xff\xff\xff\xff\x0f\xe0EOF\0\0\0\0\x01\0\x05\xbd\xd9O\0\x01\0\x06\x06\
      \x01\0\x01\0\x01\0\xee\x63\x01K",
    b"\x0b\0\0\0\xff\xff\xff\xff\x0f\xe0EOF\0\0\0\0\x01\0\0\x01\0\x06\x06\x01\0\x01\0\x01\0",
];
const LONGEST: usize = 38;

/// CRAM whose end is an error if the container that marks it is missing: the file was cut between
/// containers.
pub struct Whole<R> {
    inner: R,
    last: Vec<u8>,
}

impl<R> Whole<R> {
    pub fn new(inner: R) -> Self {
        let last = Vec::with_capacity(2 * LONGEST);
        Self { inner, last }
    }
}

impl<R: Read> Read for Whole<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.last
            .extend_from_slice(&buf[n.saturating_sub(LONGEST)..n]);
        self.last.drain(..self.last.len().saturating_sub(LONGEST));
        if n == 0 && !buf.is_empty() && !ENDS.iter().any(|end| self.last.ends_with(end)) {
            let message = "truncated CRAM: the end-of-file container is missing";
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, message));
        }
        Ok(n)
    }
}
