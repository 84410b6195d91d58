//! Warnings and progress on standard error.

use std::fs::File;
use std::io::Read;
use std::os::fd::{FromRawFd, OwnedFd};
use std::process::{Command, Stdio};

use crate::support::filter::{Bench, behind_ag, rows};
use crate::support::random::sequence;

fn records(names: &[&str]) -> String {
    let record = |name: &&str| format!(">{name}\nTTAGCTT\n");
    names.iter().map(record).collect()
}

fn warnings(bench: &Bench, flags: &str, input: &str) -> String {
    let output = bench.run(flags, input.as_bytes());
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    rows(output);
    text.lines()
        .filter(|line| line.starts_with("windrow: warning: "))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn contigs_out_of_order_are_told_once() {
    let bench = Bench::new(&behind_ag());
    let input = records(&["chr1", "chr2", "chr10", "chr11", "chr3", "a", "B"]);
    let expected = "windrow: warning: chr10 comes after chr2: rows are in input order, \
                    not in the order of LC_ALL=C sort -k1,1 -k2,2n";
    for flags in [
        "",
        "--raw",
        "--raw -t 1 --chunk-size 256",
        "-f bedgraph",
        "-f bedgraph --raw",
        "-f narrowpeak",
    ] {
        assert_eq!(warnings(&bench, flags, &input), expected, "{flags}");
    }
}

#[test]
fn rows_out_of_order_are_told_too() {
    let bench = Bench::new(&behind_ag());
    let input = ">c:21-27\nTTAGCTT\n>c:1-7\nTTAGCTT\n";
    for flags in ["--strand +", "--strand + --raw --min-score 1"] {
        let text = warnings(&bench, flags, input);
        assert!(text.contains(" c:4 comes after c:24: "), "{text}");
    }
}

#[test]
fn nothing_is_told_where_order_does_not_matter() {
    let bench = Bench::new(&behind_ag());
    let sorted = records(&["B", "a", "chr1", "chr10", "chr2"]);
    assert_eq!(warnings(&bench, "", &sorted), "");
    let unsorted = records(&["b", "a"]);
    for flags in ["-q", "-f tsv", "-f gff3", "-f spsc"] {
        assert_eq!(warnings(&bench, flags, &unsorted), "", "{flags}");
    }
    // Contigs without rows are in no one's way.
    let silent = format!(">z\nTTTTTTT\n{unsorted}").replace(">b", ">A");
    assert_eq!(warnings(&bench, "", &silent), "");
}

/// Both ends of a new terminal, so many columns wide.
fn terminal(columns: u16) -> (OwnedFd, OwnedFd) {
    let (mut ours, mut theirs) = (0, 0);
    let null = std::ptr::null_mut();
    let mut size = libc::winsize {
        ws_row: 24,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    // SAFETY: the call writes two descriptors, which nothing else owns, and reads the size.
    unsafe {
        let opened = libc::openpty(&mut ours, &mut theirs, null, null.cast(), &raw mut size);
        assert_eq!(opened, 0);
        (OwnedFd::from_raw_fd(ours), OwnedFd::from_raw_fd(theirs))
    }
}

/// What a run on a file writes to a terminal as its standard error.
fn on_a_terminal(flags: &str, columns: u16) -> String {
    let bench = Bench::new(&behind_ag());
    let input = bench.write("c.fa", format!(">c\n{}\n", sequence(30_000, 1)).as_bytes());
    let (ours, theirs) = terminal(columns);
    let mut command = Command::new(env!("CARGO_BIN_EXE_windrow"));
    command.args(["-m", &bench.model, &input]);
    command.args(flags.split_whitespace());
    command
        .env("TERM", "xterm")
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    let mut child = command.stderr(theirs).spawn().unwrap();
    // Our copy of their end goes with the command.
    drop(command);
    let (mut text, mut part) = (Vec::new(), [0; 4096]);
    let mut ours = File::from(ours);
    // When the other end is closed, reading is an error.
    while let Ok(bytes) = ours.read(&mut part) {
        if bytes == 0 {
            break;
        }
        text.extend_from_slice(&part[..bytes]);
    }
    assert!(child.wait().unwrap().success());
    String::from_utf8(text).unwrap()
}

#[test]
fn progress_is_shown_on_a_terminal_and_gone_at_the_end() {
    let text = on_a_terminal("", 80);
    let (progress, rest) = text.split_at(text.rfind("\x1b[2K").unwrap());
    assert!(
        progress.contains("windrow: 30.0 kb, ") && progress.contains("/s, 100 %"),
        "{text:?}"
    );
    assert!(rest.contains("windrow: 1 record, 30000 bases"), "{text:?}");
    assert_eq!(on_a_terminal("-q", 80), "");
}

/// A line that wraps leaves its first part behind when it is drawn again.
#[test]
fn progress_fits_a_narrow_terminal() {
    let text = on_a_terminal("", 24);
    let progress = &text[..text.rfind("\x1b[2K").unwrap()];
    let drawn = progress
        .split(['\r', '\n'])
        .flat_map(|part| part.split("\x1b[2K"));
    let longest = drawn.map(|line| line.chars().count()).max().unwrap();
    assert!((10..=24).contains(&longest), "{text:?}");
}

#[test]
fn progress_is_never_in_a_pipe() {
    let bench = Bench::new(&behind_ag());
    let output = bench.run("", format!(">c\n{}\n", sequence(30_000, 1)).as_bytes());
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(!text.contains(['\r', '\x1b']), "{text:?}");
    assert!(text.starts_with("windrow: 1 record, "), "{text:?}");
}
