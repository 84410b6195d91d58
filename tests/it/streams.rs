//! Closed or full standard streams cause no panic, and no lost row with status 0.

use std::process::{Command, Output, Stdio};

use crate::support::filter::{Bench, behind_ag};

const RECORD: &[u8] = b">c\nTTAGCTT\n";

/// A run under `sh`, whose redirections stand behind it.
fn redirected(bench: &Bench, flags: &str, redirection: &str) -> Output {
    let program = env!("CARGO_BIN_EXE_windrow");
    let script = format!("{program} -m {} {flags} {redirection}", bench.model);
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).stdin(Stdio::null());
    shell.output().unwrap()
}

#[test]
fn closed_standard_output_is_an_error() {
    let bench = Bench::new(&behind_ag());
    let input = bench.write("in.fa", RECORD);
    for flags in [
        "--version",
        "--help",
        "--list-models",
        &format!("-q {input}"),
        &format!("--raw {input}"),
    ] {
        let output = redirected(&bench, flags, ">&-");
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{flags}: {error}");
        assert_eq!(
            error, "windrow: error: standard output is closed\n",
            "{flags}"
        );
    }
}

#[test]
fn closed_standard_output_is_not_missed_by_a_file() {
    let bench = Bench::new(&behind_ag());
    let (file, input) = (bench.path("rows.bed"), bench.write("in.fa", RECORD));
    let flags = format!("-q --no-header -o {} {input}", file.display());
    let output = redirected(&bench, &flags, ">&-");
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{error}");
    assert_eq!(bench.read("rows.bed"), bench.rows("", RECORD));
}

#[test]
fn nowhere_to_tell_changes_neither_rows_nor_status() {
    let bench = Bench::new(&behind_ag());
    let rows = bench.run("--no-header", RECORD).stdout;
    let plain = format!("--no-header {}", bench.write("in.fa", RECORD));
    // A reference without an index is told in a note of its own.
    let reference = bench.write("ref.fa", RECORD);
    for redirection in ["2>/dev/full", "2>&-"] {
        let output = redirected(&bench, &plain, redirection);
        assert_eq!(output.status.code(), Some(0), "{redirection}");
        assert_eq!(output.stdout, rows, "{redirection}");
        let regions = format!("--no-header -r {reference} -R c:1-7");
        let output = redirected(&bench, &regions, redirection);
        assert_eq!(output.status.code(), Some(0), "{redirection}");
        let output = redirected(&bench, "--no-such-flag", redirection);
        assert_eq!(output.status.code(), Some(2), "{redirection}");
        let output = redirected(&bench, "-m none.onnx", redirection);
        assert_ne!(output.status.code(), Some(101), "{redirection}");
    }
}
