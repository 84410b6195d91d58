//! What the program says before any work: help, version, lists, bad usage and missing data.

use std::io::Read;
use std::process::{Command, Output, Stdio};

fn command(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_windrow-train"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(words);
    command
        .env_remove("WINDROW_DATA")
        .env("RUST_BACKTRACE", "1");
    command
}

fn output(words: &[&str]) -> (Output, String) {
    let output = command(words).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    (output, errors)
}

#[test]
fn the_version_is_that_of_the_crate() {
    let (output, _) = output(&["--version"]);
    assert!(output.status.success());
    let wanted = format!("windrow-train {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(String::from_utf8_lossy(&output.stdout), wanted);
}

#[test]
fn a_reader_that_wants_one_line_of_the_list_is_no_error() {
    // A pipe holds 64 kB, which is more than the list: the reader is gone before it is written.
    let mut child = command(&["list"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut errors = String::new();
    let mut stderr = child.stderr.take().unwrap();
    stderr.read_to_string(&mut errors).unwrap();
    assert!(child.wait().unwrap().success(), "{errors}");
    assert_eq!(errors, "");
}

#[test]
fn bad_usage_is_exit_status_2_and_names_what_is_wrong() {
    for (words, wanted) in [
        (&["--nonsense"][..], "--nonsense"),
        (&["trian", "recipes/promoter.toml"], "trian"),
        (&["list", "--device", "tpu"], "cpu, cuda or auto is wanted"),
        (&["train"], "train: on what?"),
        (&["background", "m.onnx"], "-o FILE is missing"),
        (&[], "usage: windrow-train"),
    ] {
        let (output, errors) = output(words);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {errors}");
        assert!(errors.contains(wanted), "{words:?}: {errors}");
    }
}

#[test]
fn what_is_missing_is_one_line_that_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let recipe = "recipes/promoter.toml";
    let tracks = "recipes/regulatory.toml:trunk";
    let runs = ["--runs", path, "--results", path];
    for (words, wanted) in [
        (&["train", recipe][..], "set WINDROW_DATA, or give --data"),
        (
            &["train", recipe, "--data", "nowhere"],
            "nowhere: no data folder",
        ),
        (
            &["train", recipe, "--data", path],
            "WINDROW_DATA or --data names",
        ),
        (
            &["train", tracks, "--data", path],
            "WINDROW_DATA or --data names",
        ),
    ] {
        let (output, errors) = output(&[words, &runs].concat());
        assert_eq!(output.status.code(), Some(1), "{words:?}: {errors}");
        assert!(errors.contains(wanted), "{words:?}: {errors}");
        assert_eq!(errors.lines().count(), 1, "{words:?}: {errors}");
    }
}
