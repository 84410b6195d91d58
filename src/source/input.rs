//! Where bytes come from.

use std::fmt;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// One of the inputs to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    Stdin,
    File(PathBuf),
    /// Bytes that the caller reads.
    Stream,
    /// Those named on the command line, and taken from the reference.
    Regions(Vec<String>),
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
        Ok(Box::new(Counted {
            file,
            consumed: consumed.clone(),
        }))
    }

    /// Bytes that there are to read, if that is known: not of a pipe.
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

/// Bytes of input that were read, as they come from files, by all who read.
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
}

impl Read for Counted {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let bytes = self.file.read(buf)?;
        self.consumed.0.fetch_add(bytes as u64, Ordering::Relaxed);
        Ok(bytes)
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
