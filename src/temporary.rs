//! Names of the temporary files that exist, so that they can be removed when a signal ends the
//! program. Files without a name need no entry.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

static NAMES: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// An entry; dropped when the file has its final name or is removed.
#[derive(Debug)]
pub struct Temporary(PathBuf);

/// Makes a temporary file or folder and notes its name. No signal can come between the two steps.
pub fn note<T>(
    make: impl FnOnce() -> io::Result<T>,
    path: impl FnOnce(&T) -> &Path,
) -> io::Result<(T, Temporary)> {
    let mut names = names();
    let made = make()?;
    let name = path(&made).to_owned();
    names.push(name.clone());
    Ok((made, Temporary(name)))
}

/// Removes all temporary files, and blocks the making of more: the caller ends the process.
pub fn remove_all() {
    let names = names();
    for name in names.iter() {
        // An error is ignored: the process is ending.
        let _ = match name.is_dir() {
            true => std::fs::remove_dir_all(name),
            false => std::fs::remove_file(name),
        };
    }
    std::mem::forget(names);
}

impl Drop for Temporary {
    fn drop(&mut self) {
        names().retain(|name| *name != self.0);
    }
}

/// The list is valid even if a thread panicked while it held the lock.
fn names() -> MutexGuard<'static, Vec<PathBuf>> {
    NAMES.lock().unwrap_or_else(PoisonError::into_inner)
}
