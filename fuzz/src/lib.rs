//! Runs the filter in this process on the inputs of libFuzzer.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::process::ExitCode;
use std::sync::OnceLock;

#[path = "../../tests/it/support/entries.rs"]
mod entries;

use entries::{Entries, TARGETS};
use tempfile::TempDir;

/// One run of the filter. A panic or a signal ends the process, and so does a status that is not
/// documented.
pub fn run(target: &str, data: &[u8]) {
    debug_assert!(TARGETS.contains(&target));
    static ENTRIES: OnceLock<(TempDir, Entries)> = OnceLock::new();
    let (_, entries) = ENTRIES.get_or_init(|| {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let entries = Entries::new(&fixtures, folder.path()).expect("fixtures are copied");
        (folder, entries)
    });
    let argv = entries.command(target, data).expect("the input is written");
    let status = windrow::cli::main(argv.into_iter().map(OsString::from));
    let documented = [ExitCode::SUCCESS, ExitCode::from(1), ExitCode::from(2)];
    assert!(documented.contains(&status), "{status:?}");
}

/// Arguments, one a line: they are parsed, and nothing is run.
pub fn flags(data: &[u8]) {
    let words = data.split(|&byte| byte == b'\n');
    let _ = windrow::cli::flags::parse(words.map(|word| OsString::from_vec(word.to_vec())));
}
