//! Where bytes come from.

use std::fmt;
use std::fs::{File, Metadata};
use std::io::{self, Read, Seek};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use bstr::BString;

use super::{Fault, SourceError};

/// One of the inputs to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    Stdin,
    File(PathBuf),
    /// Bytes that the caller reads.
    Stream,
    /// Those named on the command line, and taken from the reference.
    Regions(Vec<BString>),
}

impl Input {
    /// `-` is standard input.
    pub fn new(path: &Path) -> Self {
        if path == Path::new("-") {
            Self::Stdin
        } else {
            Self::File(path.to_owned())
        }
    }

    pub(super) fn open(&self, consumed: &Consumed) -> io::Result<Box<dyn Read + Send>> {
        let file = match self {
            // Not `io::stdin()`: its buffer would be a second copy of each byte.
            Self::Stdin => File::from(io::stdin().as_fd().try_clone_to_owned()?),
            Self::File(path) => File::open(path)?,
            Self::Stream | Self::Regions(_) => return Err(io::ErrorKind::Unsupported.into()),
        };
        Ok(Box::new(Counted::new(file, consumed.clone())?))
    }

    /// Identity, size and time of a file, to see whether it was changed; none if it is no file.
    fn stamp(&self) -> Option<Stamp> {
        let Self::File(path) = self else { return None };
        let found = path.metadata().ok().filter(Metadata::is_file)?;
        Some(Stamp {
            file: (found.dev(), found.ino()),
            bytes: found.len(),
            changed: found.modified().ok(),
        })
    }

    /// Bytes to read; none if that is not known, as for a pipe.
    pub fn size(&self) -> Option<u64> {
        let file = match self {
            Self::Stdin => File::from(io::stdin().as_fd().try_clone_to_owned().ok()?),
            Self::File(path) => return path.metadata().ok().and_then(|found| size(&found)),
            Self::Stream | Self::Regions(_) => return None,
        };
        file.metadata().ok().and_then(|found| size(&found))
    }
}

fn size(found: &Metadata) -> Option<u64> {
    found.is_file().then_some(found.len())
}

/// Bytes of input that were read, before decompression, over all readers.
#[derive(Clone, Debug, Default)]
pub struct Consumed(Arc<AtomicU64>);

impl Consumed {
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

struct Counted {
    file: File,
    consumed: Consumed,
    /// Size of the file when it was opened, less the bytes that were read since.
    left: u64,
}

impl Counted {
    fn new(mut file: File, consumed: Consumed) -> io::Result<Self> {
        let left = match size(&file.metadata()?) {
            // Standard input may have been read from before.
            Some(size) => size.saturating_sub(file.stream_position()?),
            None => 0,
        };
        Ok(Self {
            file,
            consumed,
            left,
        })
    }
}

impl Read for Counted {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let bytes = self.file.read(buf)?;
        self.consumed.0.fetch_add(bytes as u64, Ordering::Relaxed);
        self.left = self.left.saturating_sub(bytes as u64);
        if bytes == 0 && self.left > 0 && !buf.is_empty() {
            let text = format!(
                "the file became {} bytes shorter while it was read",
                self.left
            );
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, text));
        }
        Ok(bytes)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    /// Device and inode.
    file: (u64, u64),
    bytes: u64,
    changed: Option<SystemTime>,
}

/// Files that are read twice and must be the same each time.
pub struct Watch(Vec<(Input, Option<Stamp>)>);

impl Watch {
    pub fn new(inputs: impl IntoIterator<Item = Input>) -> Self {
        let stamped = |input: Input| {
            let stamp = input.stamp();
            (input, stamp)
        };
        Self(inputs.into_iter().map(stamped).collect())
    }

    /// # Errors
    /// A file is no longer what it was.
    pub fn check(&self) -> Result<(), SourceError> {
        match self.0.iter().find(|(input, stamp)| input.stamp() != *stamp) {
            None => Ok(()),
            Some((input, _)) => Err(SourceError {
                input: input.to_string(),
                place: String::new(),
                fault: Fault::Changed,
            }),
        }
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("standard input"),
            Self::File(path) => path.display().fmt(f),
            Self::Stream => f.write_str("input"),
            Self::Regions(_) => f.write_str("--region"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_shrinks_has_no_quiet_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.fa");
        std::fs::write(&path, ">a\nACGTACGT\n").unwrap();
        let mut text = Input::File(path.clone())
            .open(&Consumed::default())
            .unwrap();
        text.read_exact(&mut [0; 4]).unwrap();
        File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_len(6)
            .unwrap();
        let error = text.read_to_end(&mut Vec::new()).unwrap_err().to_string();
        assert_eq!(error, "the file became 6 bytes shorter while it was read");
    }

    #[test]
    fn a_file_that_grows_is_read_to_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.fa");
        std::fs::write(&path, ">a\n").unwrap();
        let mut text = Input::File(path.clone())
            .open(&Consumed::default())
            .unwrap();
        std::fs::write(&path, ">a\nAC\n").unwrap();
        let mut all = Vec::new();
        text.read_to_end(&mut all).unwrap();
        assert_eq!(all, b">a\nAC\n");
    }

    #[test]
    fn a_watch_sees_every_change() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.fa");
        std::fs::write(&path, ">a\nAC\n").unwrap();
        let watch = Watch::new([Input::Stdin, Input::File(path.clone())]);
        assert!(watch.check().is_ok());
        let other = folder.path().join("b.fa");
        std::fs::write(&other, ">a\nAC\n").unwrap();
        std::fs::rename(&other, &path).unwrap();
        let error = watch.check().unwrap_err().to_string();
        assert!(
            error.ends_with("a.fa: changed between the first and the second reading"),
            "{error}"
        );
        assert!(Watch::new([Input::File(other.clone())]).check().is_ok());
        let watch = Watch::new([Input::File(path.clone())]);
        std::fs::remove_file(&path).unwrap();
        assert!(watch.check().is_err());
    }
}
