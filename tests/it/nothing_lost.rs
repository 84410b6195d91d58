//! Files that a run must not overwrite, and temporary files that it must not leave.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, Output, Stdio};

use crate::support::filter::{Bench, behind_ag};
use crate::support::random::sequence;

const RECORD: &str = ">c\nTTAGCTTTTAGCTT\n";

fn windrow(bench: &Bench, argv: &[&str], stdin: Stdio) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_windrow"));
    command.current_dir(bench.folder.path());
    command.args(["-m", &bench.model]).args(argv);
    command.stdin(stdin).output().unwrap()
}

fn refusal(bench: &Bench, argv: &[&str], stdin: Stdio) -> String {
    let output = windrow(bench, argv, stdin);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{argv:?}: {text}");
    assert!(output.stdout.is_empty(), "{argv:?}");
    text
}

/// Names in the folder, sorted.
fn files(bench: &Bench) -> Vec<String> {
    let entries = fs::read_dir(bench.folder.path()).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn an_output_that_is_an_input_or_another_output_is_refused() {
    let bench = Bench::new(&behind_ag());
    bench.write("g.fa", RECORD.as_bytes());
    bench.write("g.fa.fai", b"c\t14\t3\t14\t15\n");
    bench.write("r.bed", b"c\t0\t14\n");
    symlink(bench.path("g.fa"), bench.path("link.fa")).unwrap();
    fs::hard_link(bench.path("g.fa"), bench.path("hard.fa")).unwrap();
    fs::create_dir(bench.path("sub")).unwrap();
    let before = files(&bench);
    for argv in [
        &["-o", "g.fa", "g.fa"][..],
        &["-o", "./sub/../g.fa", "g.fa"],
        &["-o", "link.fa", "g.fa"],
        &["-o", "hard.fa", "g.fa"],
        &["-r", "g.fa", "-o", "g.fa", "r.bed"],
        &["-r", "g.fa", "-o", "g.fa.fai", "r.bed"],
        &["-r", "g.fa", "-o", "r.bed", "r.bed"],
        &["-o", "model.onnx", "g.fa"],
        &["--stats", "g.fa", "g.fa"],
        &["--unscored", "g.fa", "g.fa"],
        &["--chrom-sizes", "g.fa", "g.fa"],
        &["--stats", "x", "--unscored", "x", "g.fa"],
        &["-o", "x", "--stats", "sub/../x", "g.fa"],
        &[
            "-o",
            "x.bed.gz",
            "--index",
            "--stats",
            "x.bed.gz.tbi",
            "g.fa",
        ],
    ] {
        let text = refusal(&bench, argv, Stdio::null());
        assert!(
            text.contains("it would be overwritten") || text.contains("are the same file"),
            "{argv:?}: {text}"
        );
        assert_eq!(bench.read("g.fa"), RECORD);
        assert_eq!(files(&bench), before, "{argv:?}");
    }
    let stdin = fs::File::open(bench.path("g.fa")).unwrap();
    let text = refusal(&bench, &["-o", "g.fa"], stdin.into());
    assert!(text.contains("as standard input"), "{text}");
    // Devices may be named as often as one likes.
    let both = ["--stats", "/dev/null", "--unscored", "/dev/null", "g.fa"];
    assert!(windrow(&bench, &both, Stdio::null()).status.success());
}

#[test]
fn side_files_go_to_standard_output_where_nothing_else_does() {
    let bench = Bench::new(&behind_ag());
    bench.write("g.fa", RECORD.as_bytes());
    let printed = |flags: [&str; 2]| {
        let argv = [&flags[..], &["-o", "x.bed", "g.fa"]].concat();
        let output = windrow(&bench, &argv, Stdio::null());
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(printed(["--stats", "-"]).contains("\"records\": 1"));
    assert_eq!(printed(["--chrom-sizes", "-"]), "c\t14\n");
    assert!(printed(["--unscored", "-"]).contains("\tcontig_end\t"));
    assert!(!bench.path("-").exists());
    let text = refusal(&bench, &["--stats", "-", "g.fa"], Stdio::null());
    assert!(text.contains("--stats -"), "{text}");
}

#[test]
fn the_name_of_the_output_chooses_its_format() {
    let bench = Bench::new(&behind_ag());
    bench.write("g.fa", RECORD.as_bytes());
    let bytes = |argv: &[&str], name: &str| {
        let argv = [argv, &["-q", "--strand", "+", "-o", name, "g.fa"]].concat();
        let output = windrow(&bench, &argv, Stdio::null());
        assert!(output.status.success(), "{output:?}");
        fs::read(bench.path(name)).unwrap()
    };
    for (name, flags) in [
        ("x.bed.gz", &["-f", "bed", "-z"][..]),
        ("x.bedgraph", &["-f", "bedgraph"]),
        ("x.narrowPeak", &["-f", "narrowpeak"]),
        ("x.gff3", &["-f", "gff3"]),
        ("x.bw", &["-f", "bigwig"]),
        ("x.bb", &["-f", "bigbed"]),
    ] {
        let rows = |argv| {
            let mut bytes = bytes(argv, name);
            // The header's command differs by the flags.
            if name.ends_with(".gz") {
                assert_eq!(bytes[..2], [0x1f, 0x8b]);
                bytes.truncate(2);
            }
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let rows = text.lines().filter(|line| !line.starts_with("# command"));
            rows.collect::<Vec<_>>().join("\n")
        };
        assert_eq!(rows(&[]), rows(flags), "{name}");
    }
    let text = refusal(&bench, &["-f", "bed", "-o", "x.bw", "g.fa"], Stdio::null());
    assert!(text.contains("--format bed"), "{text}");
}

/// Workflow engines stage inputs in folders of their own.
#[test]
fn equal_runs_in_other_folders_are_equal_bytes() {
    let written = |flags: &[&str]| {
        let bench = Bench::new(&behind_ag());
        let input = bench.write("g.fa", RECORD.as_bytes());
        let output = bench.path("x.bed").to_str().unwrap().to_owned();
        let argv = [flags, &["-o", &output, &input]].concat();
        assert!(windrow(&bench, &argv, Stdio::null()).status.success());
        fs::read_to_string(output).unwrap()
    };
    let rows = written(&[]);
    assert!(rows.contains("\n# command: windrow "), "{rows}");
    assert_eq!(written(&["--threads", "2"]), rows);
}

#[test]
fn a_missing_folder_for_temporary_files_is_an_error() {
    let bench = Bench::new(&behind_ag());
    bench.write("g.fa", RECORD.as_bytes());
    for name in ["x.bw", "x.bb"] {
        let output = Command::new(env!("CARGO_BIN_EXE_windrow"))
            .args([
                "-q",
                "-m",
                &bench.model,
                "--strand",
                "+",
                "-o",
                name,
                "g.fa",
            ])
            .current_dir(bench.folder.path())
            .env("TMPDIR", "/nowhere/at/all")
            .output()
            .unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(text.contains("/nowhere/at/all (TMPDIR)"), "{text}");
        assert!(!bench.path(name).exists());
    }
}

#[test]
fn a_replaced_file_keeps_its_mode() {
    let bench = Bench::new(&behind_ag());
    bench.write("g.fa", RECORD.as_bytes());
    for mode in [0o600, 0o664] {
        bench.write("x.bed", b"old");
        fs::set_permissions(bench.path("x.bed"), fs::Permissions::from_mode(mode)).unwrap();
        let output = windrow(&bench, &["-o", "x.bed", "g.fa"], Stdio::null());
        assert!(output.status.success());
        let found = fs::metadata(bench.path("x.bed")).unwrap();
        assert_eq!(found.permissions().mode() & 0o777, mode);
    }
}

#[test]
fn rows_that_an_index_would_pass_over_are_refused() {
    let bench = Bench::new(&behind_ag());
    let input = bench.write("x.fa", RECORD.replace(">c", ">#x").as_bytes());
    let run = |output: &str, flag: &str| {
        windrow(&bench, &["-o", output, "-z", flag, &input], Stdio::null())
    };
    assert!(run("x.bed.gz", "--no-header").status.success());
    // There, the name is written as %23x.
    assert!(run("x.gff3.gz", "--index").status.success());
    let output = run("y.bed.gz", "--index");
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(
        error.contains("would take the rows of contig #x for comments"),
        "{error}"
    );
    let indexed = ["x.gff3.gz", "x.gff3.gz.tbi"];
    let found = files(&bench);
    assert!(
        indexed
            .iter()
            .all(|name| found.contains(&(*name).to_owned()))
    );
    assert!(
        !found.iter().any(|name| name.starts_with("y.")),
        "{found:?}"
    );
}

#[test]
fn a_signal_leaves_no_temporary_file_and_is_the_exit_status() {
    for signal in [
        libc::SIGINT,
        libc::SIGTERM,
        libc::SIGHUP,
        libc::SIGQUIT,
        libc::SIGUSR1,
        libc::SIGXCPU,
    ] {
        let bench = Bench::new(&behind_ag());
        let mut command = Command::new(env!("CARGO_BIN_EXE_windrow"));
        command
            .args(["-m", &bench.model, "--unscored", "u.bed", "-o", "x.bed"])
            .current_dir(bench.folder.path())
            .stdin(Stdio::piped())
            .stderr(Stdio::null());
        // Tests may run under nohup or in the background, where signals are ignored.
        // SAFETY: `signal` may be called between fork and exec.
        unsafe {
            command.pre_exec(move || {
                libc::signal(signal, libc::SIG_DFL);
                Ok(())
            })
        };
        let mut child = command.spawn().unwrap();
        // It waits for sequence, with both files begun; waiting for it would close its input.
        let _input = child.stdin.take();
        while files(&bench).len() < 3 {
            assert_eq!(child.try_wait().unwrap(), None);
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        // SAFETY: a signal to a child that has not been waited for.
        unsafe { libc::kill(child.id() as i32, signal) };
        let status = child.wait().unwrap();
        assert_eq!(status.signal(), Some(signal));
        assert_eq!(files(&bench), ["model.onnx"]);
    }
}

#[test]
fn a_stride_that_would_lose_calls_is_refused() {
    let bench = Bench::new(&behind_ag());
    bench.write("g.fa", RECORD.as_bytes());
    let text = refusal(&bench, &["-s", "10", "g.fa"], Stdio::null());
    assert!(
        text.contains("--stride") && text.contains("--raw"),
        "{text}"
    );
    for argv in [&["-s", "10", "--raw", "g.fa"][..], &["-s", "1", "g.fa"]] {
        assert!(windrow(&bench, argv, Stdio::null()).status.success());
    }
}

#[test]
fn records_shorter_than_the_window_are_told() {
    let bench = Bench::new(&behind_ag());
    let text = |argv: &[&str], bases: usize| {
        let fasta = format!(">a\nTTAG\n>b\n{}\n", sequence(bases, 1));
        bench.write("short.fa", fasta.as_bytes());
        let output = Command::new(env!("CARGO_BIN_EXE_windrow"))
            .args(argv)
            .arg(bench.path("short.fa"))
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8(output.stderr).unwrap()
    };
    let warning = text(&[], 100);
    assert!(
        warning.contains("warning: nothing was scored by exon-start")
            && warning.contains("the longest sequence 100; windows that fit: expression (80)"),
        "{warning}"
    );
    assert!(text(&[], 9).contains("no bundled model has a window that fits"));
    assert!(!text(&["-m", "expression"], 100).contains("warning"));
    assert!(!text(&["-q"], 100).contains("warning"));
}

#[test]
fn words_of_samtools_are_understood() {
    let bench = Bench::new(&behind_ag());
    let stdout = |argv: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_windrow"))
            .args(argv)
            .current_dir(bench.folder.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    assert_eq!(stdout(&["help"]), stdout(&["--help"]));
    assert_eq!(stdout(&["version"]), stdout(&["--version"]));
    bench.write("help", RECORD.as_bytes());
    assert_ne!(stdout(&["help"]), stdout(&["--help"]));

    let read = "r\t16\tc\t1\t60\t14M\t*\t0\t0\tTTAGCTTTTAGCTT\t*\n";
    let sam = format!("@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:c\tLN:14\n{read}");
    bench.write("r.sam", sam.as_bytes());
    let calls = |flags: &[&str]| {
        let argv = ["--reads", "each", "--no-header", "--input-format", "bam"];
        let output = windrow(&bench, &[&argv, flags, &["r.sam"]].concat(), Stdio::null());
        assert!(output.status.success(), "{output:?}");
        output.stdout.len()
    };
    assert!(calls(&[]) > 0);
    assert_eq!(calls(&["-F", "REVERSE"]), 0);
    assert!(calls(&["-F", "UNMAP,DUP", "--require-flags", "REVERSE"]) > 0);
}

#[test]
fn a_missing_model_is_said_once() {
    let output = Command::new(env!("CARGO_BIN_EXE_windrow"))
        .args(["-m", "/nowhere/x.onnx"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(text.matches("No such file").count(), 1, "{text}");
}

#[test]
fn bash_completes_a_value_behind_an_equals_sign() {
    let completed = |words: &str, cursor: usize| {
        let script = format!(
            "source completions/windrow.bash; COMP_WORDS=(windrow {words}); \
             COMP_CWORD={cursor}; _windrow; echo \"${{COMPREPLY[@]}}\""
        );
        let output = Command::new("bash")
            .args(["--norc", "-c", &script])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(completed("--format =", 2).contains("narrowpeak"));
    assert_eq!(completed("--format = narr", 3).trim(), "narrowpeak");
    assert_eq!(completed("--format narr", 2).trim(), "narrowpeak");
}
