//! Other programs that tests use.

use std::process::Command;

use super::skips::skip;

/// Whether a program is installed; if not, the test is counted as skipped.
pub fn present(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok();
    if !found {
        skip(&format!("no {program}"));
    }
    found
}

/// Standard output of a run that succeeds.
pub fn output(program: &str, argv: &[&str]) -> Vec<u8> {
    let output = Command::new(program).args(argv).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {errors}");
    output.stdout
}
