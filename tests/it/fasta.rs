//! FASTA: line lengths, line breaks, compression and several files do not change the rows.

use std::io::Write;

use crate::support::filter::{Bench, behind_ag, failure};

const PLAIN: &[u8] = b">c1 first\nTTAGCTT\n>c2\nAGAAAAAAGG\n>c3\nCCAGCCC\n";

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn bgzip(text: &[u8]) -> Vec<u8> {
    let block = |text: &[u8]| {
        let extra = b"BC\x02\0\0\0".to_vec();
        let builder = flate2::GzBuilder::new().extra(extra);
        let mut encoder = builder.write(Vec::new(), flate2::Compression::new(6));
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    };
    let mut blocks: Vec<u8> = text.chunks(11).flat_map(block).collect();
    blocks.extend(b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0\x1b\0\x03\0\0\0\0\0\0\0\0\0");
    blocks
}

fn bzip2(text: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::new(6));
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn xz(text: &[u8]) -> Vec<u8> {
    let mut encoder = xz2::write::XzEncoder::new(Vec::new(), 6);
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn zst(text: &[u8]) -> Vec<u8> {
    zstd::encode_all(text, 3).unwrap()
}

type Encoder = fn(&[u8]) -> Vec<u8>;
const ENCODERS: [(&str, Encoder); 5] = [
    ("gzip", gzip),
    ("bgzip", bgzip),
    ("bzip2", bzip2),
    ("xz", xz),
    ("zstd", zst),
];

/// Rows of every window of `input`.
fn windows(input: &[u8]) -> String {
    Bench::new(&behind_ag()).rows("--raw", input)
}

fn text(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

#[test]
fn every_compression_is_told_by_its_magic() {
    let bench = Bench::new(&behind_ag());
    let expected = windows(PLAIN);
    for (name, encode) in ENCODERS {
        assert_eq!(
            bench.rows("--raw", &encode(PLAIN)),
            expected,
            "{name} on standard input"
        );
        let path = bench.write("misnamed.txt", &encode(PLAIN));
        assert_eq!(
            bench.rows(&format!("--raw {path}"), b""),
            expected,
            "{name} in a file"
        );
    }
}

#[test]
fn every_member_of_a_compressed_file_is_read() {
    let bench = Bench::new(&behind_ag());
    let expected = windows(PLAIN);
    for (name, encode) in ENCODERS {
        let members = text(&[
            &encode(&PLAIN[..14]),
            &encode(&PLAIN[14..30]),
            &encode(&PLAIN[30..]),
        ]);
        assert_eq!(bench.rows("--raw", &members), expected, "{name}");
    }
}

#[test]
fn line_breaks_are_free() {
    let expected = windows(PLAIN);
    let wrapped = b">c1 first\nTTA\nGCTT\n>c2\nA\nG\nAAAAAAGG\n>c3\nCCAGCCC\n";
    let windows_style = String::from_utf8_lossy(PLAIN).replace('\n', "\r\n");
    let blank_lines = b"\n\n>c1\n\nTTAG\n\nCTT\n\n>c2\nAGAAAAAAGG\n\n\n>c3\nCCAGCCC\n\n";
    let trailing_blanks = b">c1 \nTTAGCTT \n>c2\tx\nAGAAA AAAGG\t\n>c3\nCCAGCCC\n";
    let no_last_break = PLAIN.strip_suffix(b"\n").unwrap();
    let byte_order_mark = text(&[b"\xef\xbb\xbf", PLAIN]);
    for input in [
        wrapped,
        windows_style.as_bytes(),
        blank_lines,
        trailing_blanks,
        no_last_break,
        &byte_order_mark,
    ] {
        assert_eq!(
            windows(input),
            expected,
            "{:?}",
            String::from_utf8_lossy(input)
        );
    }
}

#[test]
fn empty_records_count_and_give_no_rows() {
    let bench = Bench::new(&behind_ag());
    for input in [
        &b">e\n>c1\nTTAGCTT\n>f\n\n>g"[..],
        b">e\n\n>c1\nTTAGCTT\n>f\n>g\n",
    ] {
        let output = bench.run("--no-header --raw", input);
        let summary = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            summary.starts_with("windrow: 4 records, 7 bases\n"),
            "{summary}"
        );
        assert_eq!(output.stdout, windows(b">c1\nTTAGCTT\n").as_bytes());
    }
}

#[test]
fn case_does_not_matter_and_u_is_t() {
    assert_eq!(windows(b">c1\nttaGCtt\n"), windows(b">c1\nTTAGCTT\n"));
    assert_eq!(windows(b">c1\nUUAGCuu\n"), windows(b">c1\nTTAGCTT\n"));
}

#[test]
fn every_ambiguity_code_is_an_unknown_base() {
    let bench = Bench::new(&behind_ag());
    for code in "RYSWKMBDHVNn".chars() {
        let input = format!(">c\nAGT{code}AGT\n");
        let expected = "c\t2\t3\texon_start\t1000\t+\t1\nc\t6\t7\texon_start\t1000\t+\t1\n";
        assert_eq!(
            bench.rows("--raw --strand +", input.as_bytes()),
            expected,
            "{code}"
        );
    }
}

#[test]
fn max_n_allows_unknown_bases() {
    let bench = Bench::new(&behind_ag());
    let rows = |flags| bench.rows(flags, b">c\nAGNNT\n");
    assert_eq!(rows("--raw --strand +"), "");
    assert_eq!(
        rows("--raw --strand + --max-n 1"),
        "c\t2\t3\texon_start\t1000\t+\t1\n"
    );
    assert_eq!(rows("--raw --strand + --max-n 2").lines().count(), 3);
}

#[test]
fn softmask_skip_leaves_out_lower_case() {
    let bench = Bench::new(&behind_ag());
    let rows = |flags| bench.rows(flags, b">c\nAGtAGTaag\n");
    assert_eq!(rows("--strand +"), rows("--strand + --softmask score"));
    assert_eq!(
        rows("--strand + --softmask skip"),
        "c\t5\t6\texon_start\t1000\t+\t1\n"
    );
}

#[test]
fn fastq_is_read_for_its_sequence() {
    let fastq = b"@c1 first\nTTAGCTT\n+\n@IIIIII\n@c2\nAGAAAAAAGG\n+c2\nIIIIIIIIII\n";
    let fasta = b">c1 first\nTTAGCTT\n>c2\nAGAAAAAAGG\n";
    assert_eq!(windows(fastq), windows(fasta));
    assert_eq!(windows(fastq.strip_suffix(b"\n").unwrap()), windows(fasta));
    let windows_style = String::from_utf8_lossy(fastq).replace('\n', "\r\n");
    assert_eq!(windows(windows_style.as_bytes()), windows(fasta));
}

#[test]
fn inputs_are_read_in_order() {
    let bench = Bench::new(&behind_ag());
    let (first, last) = (
        bench.write("1", &PLAIN[..18]),
        bench.write("3", &PLAIN[33..]),
    );
    assert_eq!(
        bench.rows(&format!("--raw {first} - {last}"), &PLAIN[18..33]),
        windows(PLAIN)
    );
}

#[test]
fn records_may_share_a_name() {
    let one = windows(b">c\nTTAGCTT\n");
    assert_eq!(windows(b">c\nTTAGCTT\n>c\nTTAGCTT\n"), one.repeat(2));
}

#[test]
fn a_record_has_a_name() {
    let bench = Bench::new(&behind_ag());
    for input in [&b">c\nTTAGCTT\n>\nAG\n"[..], b">c\nTTAGCTT\n> c\nAG\n"] {
        let (error, rows) = failure(bench.run("--no-header --raw", input));
        assert!(
            error.contains("standard input: record 2 (), line 3: "),
            "{error}"
        );
        assert_eq!(rows, windows(b">c\nTTAGCTT\n"));
    }
}
