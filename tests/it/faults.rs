//! Bad input ends with status 1 and one line; the rows before it have been written.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use crate::support::filter::{Bench, behind_ag, failure};
use crate::support::onnx;
use strum::VariantNames;
use windrow::write::Format;

const FIRST: &str = ">c1\nTTAGCTT\n";
const FIRST_ROWS: &str = "c1\t3\t4\texon_start\t1000\t-\t1\nc1\t4\t5\texon_start\t1000\t+\t1\n";

fn bench() -> Bench {
    Bench::new(&behind_ag())
}

/// The error that `input` ends with, behind the rows of its first record.
fn after_first(input: &[u8]) -> String {
    let (error, rows) = failure(bench().run("--no-header", input));
    assert_eq!(rows, FIRST_ROWS, "{error}");
    error
}

/// The error that the second record, a long one, ends with: rows of its beginning may be out.
fn within_second(input: &[u8]) -> String {
    let (error, rows) = failure(bench().run("--no-header", input));
    let whole = bench().rows("", &text());
    assert!(rows.starts_with(FIRST_ROWS), "{error}");
    assert!(whole.starts_with(&rows), "{error}");
    error
}

/// The error that `input` ends with, without a row.
fn at_once(input: &[u8]) -> String {
    let (error, rows) = failure(bench().run("", input));
    assert_eq!(rows, "", "{error}");
    error
}

/// Two records that compress badly, the second one long.
fn text() -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(1);
    let letters = (0..200_000).map(|_| b"ACGT"[random.usize(..4)]);
    let mut text = format!("{FIRST}>c2\n").into_bytes();
    text.extend(letters);
    text.push(b'\n');
    text
}

fn gzip(text: &[u8], extra: &[u8]) -> Vec<u8> {
    let builder = flate2::GzBuilder::new();
    let builder = if extra.is_empty() {
        builder
    } else {
        builder.extra(extra.to_vec())
    };
    let mut encoder = builder.write(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn truncated(bytes: &[u8]) -> String {
    within_second(&bytes[..bytes.len() - 5_000])
}

#[test]
fn empty_input_is_a_warning() {
    for input in [&b""[..], b"\n", b" \r\n\n", &gzip(b"", b"")] {
        let output = bench().run("", input);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success());
        assert!(
            text.starts_with("windrow: warning: standard input is empty\n"),
            "{text}"
        );
    }
}

#[test]
fn text_without_records() {
    let error = at_once(b"hello\n");
    assert_eq!(
        error,
        "windrow: error: standard input: neither FASTA, FASTQ, BAM, CRAM, SAM nor, with \
         --reference, BED: begins with 'h'\n"
    );
}

#[test]
fn text_that_is_not_of_the_format_asked_for() {
    for format in ["fasta", "fastq", "alignments"] {
        let (error, rows) = failure(bench().run(&format!("--input-format {format}"), b"hello\n"));
        let expected = format!("not {format} as --input-format says: begins with 'h'\n");
        assert!(error.ends_with(&expected), "{error}");
        assert_eq!(rows, "");
    }
}

#[test]
fn one_byte() {
    assert!(at_once(b"A").contains("neither FASTA, FASTQ, BAM, CRAM, SAM"));
    assert!(at_once(b"\0").contains("begins with byte 0x00"));
    assert!(at_once(b"\x1f").contains("begins with byte 0x1f"));
    assert!(at_once(b">").contains("record 1 (), line 1: the record has no name"));
    assert!(at_once(b"@").contains("record 1"));
}

#[test]
fn truncated_gzip() {
    let error = truncated(&gzip(&text(), b""));
    assert!(
        error.starts_with("windrow: error: standard input: record 2 (c2), line 4: truncated gzip"),
        "{error}"
    );
}

#[test]
fn truncated_bgzip() {
    let extra = b"BC\x02\0\0\0";
    let text = text();
    let blocks: Vec<u8> = text
        .chunks(60_000)
        .flat_map(|text| gzip(text, extra))
        .collect();
    assert!(truncated(&blocks).contains("truncated bgzip data"));
    // Cut between two blocks: only the missing end-of-file block tells.
    let error = within_second(&blocks);
    assert!(
        error.contains("record 2 (c2)") && error.contains("end-of-file block"),
        "{error}"
    );
}

#[test]
fn truncated_bzip2() {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::new(1));
    encoder.write_all(&text()).unwrap();
    let bytes = encoder.finish().unwrap();
    let error = truncated(&bytes);
    assert!(error.contains("truncated bzip2 data"), "{error}");
}

#[test]
fn truncated_xz() {
    let mut encoder = xz2::write::XzEncoder::new(Vec::new(), 6);
    encoder.write_all(&text()).unwrap();
    let error = truncated(&encoder.finish().unwrap());
    assert!(error.contains("xz data"), "{error}");
}

#[test]
fn truncated_zstd() {
    let error = truncated(&zstd::encode_all(text().as_slice(), 3).unwrap());
    assert!(error.contains("truncated zstd data"), "{error}");
}

#[test]
fn garbage_behind_a_member() {
    let mut bytes = gzip(FIRST.as_bytes(), b"");
    bytes.extend(gzip(b">c2\nACGT\n", b""));
    bytes.extend(b"and something else");
    let error = after_first(&bytes);
    assert!(
        error.contains("record 2 (c2)") && error.contains("gzip data"),
        "{error}"
    );
}

#[test]
fn corrupt_gzip() {
    let mut bytes = gzip(&text(), b"");
    let end = bytes.len();
    // The checksum.
    bytes[end - 6] ^= 1;
    assert!(within_second(&bytes).contains("corrupt gzip data"));
}

#[test]
fn nul_bytes() {
    let error = after_first(format!("{FIRST}>c2\nACG\0T\n").as_bytes());
    assert_eq!(
        error,
        "windrow: error: standard input: record 2 (c2), line 4: byte 0x00 at base 4 is not a nucleotide\n"
    );
    let error = after_first(format!("{FIRST}>c\0\nACG\n").as_bytes());
    assert!(
        error.contains("record 2") && error.contains("control character"),
        "{error}"
    );
}

#[test]
fn protein_sequence() {
    let error = after_first(format!("{FIRST}>p1 protein\nMKV\nLAE\n").as_bytes());
    assert!(
        error.contains("record 2 (p1), line 5: 'L' at base 4 is not a nucleotide"),
        "{error}"
    );
}

#[test]
fn letters_that_are_no_bases() {
    for letter in "EFILOPQXZJ0123456789*-.;@é".chars() {
        let error = after_first(format!("{FIRST}>c2\nAC{letter}\n").as_bytes());
        assert!(
            error.contains("line 4") && error.contains(" at base 3 "),
            "{error}"
        );
    }
}

#[test]
fn line_breaks_of_old_macs() {
    let error = at_once(b">c1\rACGT\r");
    assert!(
        error.contains("record 1 (c1), line 1: the header holds the control"),
        "{error}"
    );
}

#[test]
fn broken_fastq() {
    let first = "@c1\nTTAGCTT\n+\nIIIIIII\n";
    for broken in [
        "@c2\nACGT\n+\nIII\n",
        "@c2\nACGT\n-\nIIII\n",
        "@c2\nACGT\n+\n",
        "@c2\nACGT",
    ] {
        let error = after_first(format!("{first}{broken}").as_bytes());
        assert!(error.contains("record 2, line "), "{error}");
    }
}

#[test]
fn a_directory() {
    let bench = bench();
    let folder = bench.folder.path().to_str().unwrap().to_owned();
    let (error, _) = failure(bench.run(&folder, b""));
    assert!(
        error.contains(&folder) && error.contains("directory"),
        "{error}"
    );
}

#[test]
fn a_missing_file() {
    let (error, _) = failure(bench().run("/nowhere/x.fa", b""));
    assert!(error.contains("/nowhere/x.fa: No such file"), "{error}");
}

#[test]
fn a_missing_second_file_ends_the_run_before_the_first_is_read() {
    let (error, rows) = failure(bench().run("- /nowhere/x.fa", FIRST.as_bytes()));
    assert!(error.contains("/nowhere/x.fa: No such file"), "{error}");
    assert_eq!(rows, "");
}

#[test]
fn an_error_in_the_second_input_leaves_the_rows_of_the_first() {
    let bench = bench();
    let second = bench.write("second.txt", b"hello\n");
    let (error, rows) = failure(bench.run(&format!("--no-header - {second}"), FIRST.as_bytes()));
    assert!(
        error.contains("second.txt: neither FASTA, FASTQ, BAM, CRAM, SAM"),
        "{error}"
    );
    assert_eq!(rows, FIRST_ROWS);
}

#[test]
fn an_unwritable_output() {
    for flag in ["-o", "--stats", "--unscored"] {
        let (error, rows) = failure(bench().run(&format!("{flag} /nowhere/x"), FIRST.as_bytes()));
        assert!(error.contains("/nowhere/x: No such file"), "{error}");
        assert_eq!(rows, "");
    }
}

/// Formats that may go to standard output.
fn streamed() -> impl Iterator<Item = &'static str> {
    let words = Format::VARIANTS.iter().copied();
    words.filter(|format| !matches!(*format, "bigwig" | "bigbed"))
}

#[test]
fn a_full_disk() {
    for flags in [
        "-o /dev/full",
        "--unscored /dev/full --softmask skip",
        "--stats /dev/full",
        "--chrom-sizes /dev/full",
    ] {
        let (error, _) = failure(bench().run(flags, FIRST.as_bytes()));
        assert!(
            error.contains("/dev/full: No space left on device"),
            "{error}"
        );
    }
    let bench = bench();
    let input = bench.write("c1.fa", FIRST.as_bytes());
    for format in streamed() {
        let output = Command::new(env!("CARGO_BIN_EXE_windrow"))
            .args(["-m", &bench.model, "-q", "-f", format, &input])
            .stdout(std::fs::File::create("/dev/full").unwrap())
            .output()
            .unwrap();
        let (error, _) = failure(output);
        assert!(
            error.contains("standard output: No space left on device"),
            "{format}: {error}"
        );
    }
}

#[test]
fn a_failed_run_leaves_no_file() {
    let bench = bench();
    let path = bench.path("out.bed");
    let flags = format!("-o {}", path.display());
    failure(bench.run(&flags, format!("{FIRST}>c2\nMKVL\n").as_bytes()));
    assert!(!path.exists());
    let names = std::fs::read_dir(bench.folder.path()).unwrap();
    assert_eq!(names.count(), 1, "only the model");
}

#[test]
fn a_closed_pipe_is_no_error() {
    let bench = bench();
    let input = bench.write("long.fa", &text());
    let formats = streamed()
        .flat_map(|format| [(format, "-t1"), (format, "-t2")])
        .chain([("bed", "-z")]);
    for (format, flag) in formats {
        let rows = match format {
            "narrowpeak" => "--min-score=0.5",
            _ => "--raw",
        };
        let mut child = Command::new(env!("CARGO_BIN_EXE_windrow"))
            .args(["-m", &bench.model, flag, &input])
            .args(["-f", format, "--strand", "+", rows])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut head = [0; 10];
        child.stdout.take().unwrap().read_exact(&mut head).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{format}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{format}");
    }
}

#[test]
fn a_model_that_gives_no_number() {
    let mut model = behind_ag();
    let graph = model.graph.as_mut().unwrap();
    graph.initializer[1].float_data[0] = f32::INFINITY;
    let (error, rows) = failure(Bench::new(&model).run("", FIRST.as_bytes()));
    assert!(error.contains("model"), "{error}");
    assert_eq!(rows, "");
}

#[test]
fn nothing_is_written_behind_a_gap() {
    // Three G in a row add up to more than a number can hold.
    let bench = Bench::new(&onnx::matrix(&[[0.0, 0.0, 2e38, 0.0]; 3], 0.0));
    let record = |name: &str, unit: &str| format!(">{name}\n{}\n", unit.repeat(100));
    let (good, bad) = (record("good", "TTA"), record("bad", "GGG"));
    let rows = bench.rows("--raw", good.as_bytes());
    for threads in [1, 2, 7] {
        let flags = format!("--no-header --raw --chunk-size 256 -t {threads}");
        let input = good.clone() + &bad + &good.repeat(40);
        let (error, found) = failure(bench.run(&flags, input.as_bytes()));
        assert!(error.contains("model matrix gives inf at bad:"), "{error}");
        assert!(!found.is_empty() && rows.starts_with(&found), "{found}");
    }
}
