//! A file that gets its name only when it is complete.

use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::temporary::{Temporary, note};

/// A temporary file in the folder of its final name.
pub struct Whole {
    pub file: NamedTempFile,
    path: PathBuf,
    /// Entry among the temporary files, until the file has its name or is removed with `file`.
    temporary: Temporary,
}

impl Whole {
    /// None if the name belongs to something that is no regular file, such as `/dev/null`.
    pub fn begin(path: &Path) -> io::Result<Option<Self>> {
        if path.metadata().is_ok_and(|found| !found.is_file()) {
            return Ok(None);
        }
        // Of a symbolic link, its target is replaced.
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let make = || {
            tempfile::Builder::new()
                .prefix(".windrow-")
                .permissions(Permissions::from_mode(0o666))
                .tempfile_in(folder(&path))
        };
        let (file, temporary) = note(make, NamedTempFile::path)?;
        if let Ok(replaced) = path.metadata() {
            file.as_file().set_permissions(replaced.permissions())?;
        }
        Ok(Some(Self {
            file,
            path,
            temporary,
        }))
    }

    /// A second file, whose final name is this one's with `suffix`.
    pub fn beside(&self, suffix: &str) -> io::Result<Option<Self>> {
        let mut path = self.path.clone().into_os_string();
        path.push(suffix);
        Self::begin(Path::new(&path))
    }

    /// The folder of the final name.
    pub fn folder(&self) -> &Path {
        folder(&self.path)
    }

    /// Gives the file its name.
    pub fn publish(self) -> io::Result<PathBuf> {
        self.file.persist(&self.path)?;
        drop(self.temporary);
        Ok(self.path)
    }
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}
