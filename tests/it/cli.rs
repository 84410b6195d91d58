//! The command line: exit statuses, help, versions, generated files and pipes.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::support::filter::{Bench, behind_ag};
use crate::support::skips::skip;

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/example.fa");

fn windrow(argv: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_windrow"));
    command.args(argv).stdin(Stdio::null()).output().unwrap()
}

fn stdout(argv: &[&str]) -> String {
    let output = windrow(argv);
    assert!(output.status.success(), "{argv:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The one line on standard error of a run that ends with `status` and prints nothing else.
fn complaint(argv: &[&str], status: i32) -> String {
    let output = windrow(argv);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(status), "{argv:?}: {text}");
    assert!(output.stdout.is_empty(), "{argv:?}");
    assert_eq!(text.lines().count(), 1, "{argv:?}: {text}");
    assert!(text.starts_with("windrow: error: "), "{argv:?}: {text}");
    text
}

fn committed(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn a_run_that_calls_something_or_nothing_ends_with_0() {
    assert!(stdout(&["--no-header", EXAMPLE]).lines().count() > 0);
    let mut short = tempfile::NamedTempFile::new().unwrap();
    short.write_all(b">short\nACGT\n").unwrap();
    assert_eq!(stdout(&["--no-header", short.path().to_str().unwrap()]), "");
}

#[test]
fn usage_errors_end_with_2_and_name_flag_and_value() {
    for (argv, words) in [
        (
            &["--fromat", "bed"][..],
            &["--fromat", "did you mean '--format'?"][..],
        ),
        (
            &["-f", "bedgraf"],
            &["--format", "'bedgraf'", "did you mean 'bedgraph'?"],
        ),
        (
            &["-m", "exon-strat"],
            &["'exon-strat'", "did you mean 'exon-start'?"],
        ),
        (
            &["--show-model", "exonstart"],
            &["'exonstart'", "did you mean 'exon-start'?"],
        ),
        (&["--stride"], &["--stride", "needs a value"]),
        (&["--raw=yes"], &["raw", "'yes'"]),
        (&["-t", "none"], &["--threads", "'none'"]),
        (&["--min-score", "2"], &["--min-score", "2"]),
        (&["-f", "bedgraph", "--strand", "both"], &["--strand"]),
        (&["-", "-"], &["standard input"]),
        (&["-Z"], &["'-Z'"]),
    ] {
        let line = complaint(argv, 2);
        for word in words {
            assert!(line.contains(word), "{argv:?}: {line}");
        }
    }
}

#[test]
fn input_errors_end_with_1_and_name_the_input() {
    assert!(complaint(&["/nowhere/x.fa"], 1).contains("/nowhere/x.fa"));
    assert!(complaint(&["-m", "/nowhere/x.onnx", EXAMPLE], 1).contains("/nowhere/x.onnx"));
    assert!(complaint(&["-m", EXAMPLE, EXAMPLE], 1).contains("is not an ONNX file"));
}

#[test]
fn short_help_fits_one_screen_and_long_help_says_more() {
    let (short, long) = (stdout(&["-h"]), stdout(&["--help"]));
    assert!(short.lines().count() <= 24, "{short}");
    assert!(
        short.lines().all(|line| line.chars().count() <= 80),
        "{short}"
    );
    assert!(long.len() > 2 * short.len());
    assert!(
        long.lines().all(|line| line.chars().count() <= 80),
        "{long}"
    );
}

#[test]
fn version_says_what_is_inside() {
    let text = stdout(&["--version"]);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], concat!("windrow ", env!("CARGO_PKG_VERSION")));
    assert!(lines[1].starts_with("tract "));
    assert!(lines[2].starts_with("htslib 1."));
    assert!(lines[3].starts_with("simd "));
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("model exon-start sha256 "))
    );
}

#[test]
fn models_are_listed_with_their_hash() {
    let text = stdout(&["--list-models", "--format", "tsv"]);
    for name in windrow::model::registry::names() {
        let row = text
            .lines()
            .find(|line| line.starts_with(&format!("{name}\t")))
            .unwrap();
        let hash = row.split('\t').nth(11).unwrap();
        assert!(stdout(&["--show-model", name]).contains(hash), "{name}");
    }
}

#[test]
fn a_card_is_the_same_for_a_bundled_model_and_its_file() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/models/exon.onnx");
    assert_eq!(
        stdout(&["--show-model", "exon"]),
        stdout(&["--show-model", path])
    );
}

#[test]
fn generated_files_are_current() {
    for (argv, path) in [
        (["--generate", "man"], "man/windrow.1"),
        (["--generate", "complete-bash"], "completions/windrow.bash"),
        (["--generate", "complete-zsh"], "completions/_windrow"),
        (["--generate", "complete-fish"], "completions/windrow.fish"),
    ] {
        assert!(
            stdout(&argv) == committed(path),
            "{path} is stale: run .ci/regenerate"
        );
    }
    for name in windrow::model::registry::files() {
        let path = format!("models/{name}.md");
        assert!(
            stdout(&["--show-model", name]) == committed(&path),
            "{path} is stale: run .ci/regenerate"
        );
    }
}

#[test]
fn the_contract_shows_every_metadata_key() {
    let contract = committed("docs/model-contract.md");
    let bytes = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/models/exon.onnx"));
    let model = windrow::model::parse(&bytes.unwrap(), "bundled").unwrap();
    for entry in &model.proto.metadata_props {
        assert!(
            contract.contains(&format!("`{}`", entry.key)),
            "{}",
            entry.key
        );
    }
}

#[test]
fn completions_are_taken_by_their_shell() {
    for (shell, path) in [
        ("bash", "completions/windrow.bash"),
        ("zsh", "completions/_windrow"),
        ("fish", "completions/windrow.fish"),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        match Command::new(shell).arg("-n").arg(&path).output() {
            Ok(output) => assert!(output.status.success(), "{shell}: {output:?}"),
            Err(_) => skip(&format!("no {shell}")),
        }
    }
}

#[test]
fn verbose_counts_records_of_each_input() {
    let bench = Bench::new(&behind_ag());
    let one = bench.write("one.fa", b">a\nACGT\n");
    let two = bench.write("two.fa", b">a\nACGT\n>b\nACGT\n");
    let output = bench.run(&format!("-v {one} {two}"), b"");
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        told.contains(&format!("windrow: {one}: 1 record\n")),
        "{told}"
    );
    assert!(
        told.contains(&format!("windrow: {two}: 2 records\n")),
        "{told}"
    );
}

#[test]
fn a_closed_pipe_is_a_quiet_end() {
    for argv in [
        &["--raw", EXAMPLE][..],
        &["--raw", "-t", "1", EXAMPLE],
        &["--help"],
    ] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_windrow"))
            .args(argv)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = [0; 1];
        let mut pipe = child.stdout.take().unwrap();
        pipe.read_exact(&mut first).unwrap();
        drop(pipe);
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{argv:?}: {text}");
        assert!(
            !text.contains("error") && !text.contains("panic"),
            "{argv:?}: {text}"
        );
    }
}

#[test]
fn standard_input_is_read_with_and_without_a_dash() {
    let sequence = std::fs::read(EXAMPLE).unwrap();
    let piped = |argv: &[&str]| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_windrow"))
            .args(argv)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(&sequence).unwrap();
        child.wait_with_output().unwrap().stdout
    };
    let from_file = windrow(&["--no-header", EXAMPLE]).stdout;
    assert_eq!(piped(&["--no-header"]), from_file);
    assert_eq!(piped(&["--no-header", "-"]), from_file);
}
