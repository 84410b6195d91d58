//! A folder that gets its name only when it is complete.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::temporary::{Temporary, note};

/// A temporary folder beside its final name.
pub struct WholeFolder {
    folder: TempDir,
    name: PathBuf,
    /// Entry among the temporary files, until the folder has its name or is removed.
    temporary: Temporary,
}

impl WholeFolder {
    /// Begins a folder. Its final name must be free.
    pub fn begin(name: &Path) -> Result<Self> {
        let begun = unused(name).and_then(|()| {
            let beside = match name.parent() {
                Some(folder) if folder != Path::new("") => folder,
                _ => Path::new("."),
            };
            let make = || {
                tempfile::Builder::new()
                    .prefix(".windrow-")
                    .tempdir_in(beside)
            };
            note(make, TempDir::path)
        });
        let (folder, temporary) = begun.with_context(|| name.display().to_string())?;
        let name = name.to_owned();
        Ok(Self {
            folder,
            name,
            temporary,
        })
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Gives the folder its name.
    pub fn publish(self) -> Result<()> {
        let Self {
            folder,
            name,
            temporary,
        } = self;
        // Temporary folders are private to their owner.
        let named = permissions()
            .and_then(|permissions| fs::set_permissions(folder.path(), permissions))
            .and_then(|()| unused(&name))
            .and_then(|()| fs::rename(folder.path(), &name));
        named.with_context(|| name.display().to_string())?;
        // The folder is no longer temporary.
        let _ = folder.keep();
        drop(temporary);
        Ok(())
    }
}

/// An error if the name is taken.
fn unused(name: &Path) -> io::Result<()> {
    match name.symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(_) => Err(io::Error::new(
            ErrorKind::AlreadyExists,
            "exists; name a folder that does not",
        )),
    }
}

/// The permissions of a new folder.
fn permissions() -> io::Result<fs::Permissions> {
    use std::os::unix::fs::PermissionsExt;
    let probe = tempfile::tempdir()?;
    let made = probe.path().join("made");
    fs::create_dir(&made)?;
    Ok(fs::Permissions::from_mode(
        made.metadata()?.permissions().mode(),
    ))
}

/// The relative path from a folder to a file, both absolute, by their components alone.
pub fn relative(file: &Path, folder: &Path) -> String {
    let (file, folder) = (without_dots(file), without_dots(folder));
    let common = (file.components().zip(folder.components()))
        .take_while(|(a, b)| a == b)
        .count();
    let up = folder.components().skip(common).map(|_| "..".to_owned());
    let down = file.components().skip(common);
    let down = down.map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_goes_up_to_what_both_share() {
        let way = |file: &str, folder: &str| relative(Path::new(file), Path::new(folder));
        assert_eq!(way("/a/b/x.fa", "/a/b/tracks"), "../x.fa");
        assert_eq!(way("/a/x.fa", "/b/c/tracks"), "../../../a/x.fa");
        assert_eq!(way("/a/b/t/../../x.fa", "/a/tracks"), "../x.fa");
    }

    #[test]
    fn what_is_there_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        assert!(unused(folder.path()).is_err());
        assert!(unused(&folder.path().join("new")).is_ok());
    }
}
