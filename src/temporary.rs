//! Names of the temporary files that exist now, so that a program which a signal ends can remove
//! them. A file without a name needs no entry here.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

static NAMES: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// A name that is to be removed; dropped when the file has got its own name or is gone.
#[derive(Debug)]
pub struct Temporary(PathBuf);

/// Makes a temporary file, or a folder of them, and notes its name before a signal can come
/// between.
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

/// Removes all, and lets no more be made: the caller ends the process.
pub fn remove_all() {
    let names = names();
    for name in names.iter() {
        // One that is gone by now, or cannot be removed, is nobody's concern any more.
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

/// The list is whole even if a thread that held it panicked.
fn names() -> MutexGuard<'static, Vec<PathBuf>> {
    NAMES.lock().unwrap_or_else(PoisonError::into_inner)
}
