//! Tests that lack data or a program. The harness counts them as passed, so a last line counts them
//! as skipped.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Mutex;

static SKIPPED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Notes that the test of this thread, or a part of it, is not run.
pub fn skip(why: &str) {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    let mut skipped = SKIPPED.lock().unwrap();
    if skipped.is_empty() {
        // SAFETY: the function is one of this program, and needs no more than standard error.
        unsafe { libc::atexit(report) };
    }
    skipped.insert(format!("{test}: {why}"));
}

extern "C" fn report() {
    let Ok(skipped) = SKIPPED.lock() else { return };
    let count = skipped.len();
    eprintln!("skipped, whole or in part, though counted as passed: {count}");
    for line in skipped.iter() {
        eprintln!("  {line}");
    }
}

/// The folder of real data, if there is one; else the test is skipped.
pub fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("WINDROW_DATA").map(PathBuf::from);
    if folder.is_none() {
        skip("WINDROW_DATA is not set");
    }
    folder
}
