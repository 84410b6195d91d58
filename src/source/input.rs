//! Where bytes come from.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

/// One of the inputs to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    Stdin,
    File(PathBuf),
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

    pub(super) fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        let file = match self {
            // Not `io::stdin()`: its buffer would be a second copy of each byte.
            Self::Stdin => File::from(io::stdin().as_fd().try_clone_to_owned()?),
            Self::File(path) => File::open(path)?,
            Self::Regions(_) => return Err(io::ErrorKind::Unsupported.into()),
        };
        Ok(Box::new(file))
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("standard input"),
            Self::File(path) => path.display().fmt(f),
            Self::Regions(_) => f.write_str("--region"),
        }
    }
}
