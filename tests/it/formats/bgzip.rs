use std::io::Read;
use std::path::Path;

use noodles_bgzf::io::Reader;

use super::{SEQUENCE, planted, refusal};
use crate::support::alignments::{bam, sam};
use crate::support::filter::{Bench, behind_ag, failure};
use crate::support::programs::{output, present};

/// The last block of every whole file.
const END: &[u8] = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0\x1b\0\x03\0\0\0\0\0\0\0\0\0";

fn bytes(blocks: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    Reader::new(blocks).read_to_end(&mut bytes).unwrap();
    bytes
}

fn text(blocks: &[u8]) -> String {
    String::from_utf8(bytes(blocks)).unwrap()
}

/// Ten kilobases of two contigs, with sites on both strands.
fn genome() -> Vec<u8> {
    planted(&[("chr1", 5000, 37), ("chr2", 5000, 53)])
}

#[test]
fn blocks_hold_the_text_of_a_run_without_them() {
    let bench = Bench::new(&behind_ag());
    for format in ["bed", "bedgraph", "gff3", "tsv"] {
        let plain = bench.run(&format!("-f {format}"), SEQUENCE);
        let blocks = bench.run(&format!("-f {format} -z"), SEQUENCE);
        assert!(plain.status.success() && blocks.status.success());
        let plain = String::from_utf8(plain.stdout).unwrap();
        assert_eq!(text(&blocks.stdout), plain, "{format}");
        assert!(blocks.stdout.ends_with(END), "{format}");
    }
}

#[test]
fn bgzip_accepts_them() {
    let bench = Bench::new(&behind_ag());
    let path = bench.path("out.bed.gz");
    let flags = format!("--raw -z -o {}", path.display());
    assert!(bench.run(&flags, &genome()).status.success());
    if present("bgzip") {
        output("bgzip", &["-t", path.to_str().unwrap()]);
    }
}

#[test]
fn blocks_are_the_same_for_any_threads_and_chunks() {
    let bench = Bench::new(&behind_ag());
    let run = |flags: &str| bench.run(&format!("--raw -z {flags}"), &genome()).stdout;
    let one = run("-t 1");
    for flags in ["-t 3", "-t 2 --chunk-size 256"] {
        assert!(run(flags) == one, "{flags}");
    }
}

#[test]
fn what_an_error_cut_short_has_no_end() {
    let bench = Bench::new(&behind_ag());
    let mut fasta = genome();
    fasta.extend(b">bad\nAC!T\n");
    let output = bench.run("-z", &fasta);
    assert_eq!(output.status.code(), Some(1));
    assert!(!output.stdout.is_empty() && !output.stdout.ends_with(END));
}

/// Runs with an index; the paths of both files.
fn indexed(bench: &Bench, flags: &str, input: &[u8]) -> (String, String) {
    let path = bench.path("out.gz").to_str().unwrap().to_owned();
    let output = bench.run(&format!("-z --index -o {path} {flags}"), input);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{error}");
    let index = ["tbi", "csi"].map(|kind| format!("{path}.{kind}"));
    let [index] = index
        .into_iter()
        .filter(|index| Path::new(index).exists())
        .collect::<Vec<_>>()
        .try_into()
        .unwrap();
    (path, index)
}

#[test]
fn an_index_finds_the_rows_of_every_format() {
    // Column of the first base that a row is at, and what it counts from.
    let formats = [
        ("bed", 1, 0),
        ("bed --no-header", 1, 0),
        ("bedgraph --strand -", 1, 0),
        ("narrowpeak", 1, 0),
        ("gff3", 3, 1),
        ("tsv", 1, 0),
        ("spsc --raw", 1, 0),
    ];
    for (format, column, first) in formats {
        let bench = Bench::new(&behind_ag());
        let (path, index) = indexed(&bench, &format!("-f {format}"), &genome());
        assert!(index.ends_with(".tbi"));
        assert!(bytes(&std::fs::read(&index).unwrap()).starts_with(b"TBI\x01"));
        if !present("tabix") {
            continue;
        }
        let rows = text(&std::fs::read(&path).unwrap());
        let expected: Vec<_> = rows
            .lines()
            .filter(|row| {
                let columns: Vec<_> = row.split('\t').collect();
                let at = || columns[column].parse::<usize>().unwrap() - first;
                columns[0] == "chr2" && (1000..2000).contains(&at())
            })
            .collect();
        let found = output("tabix", &[&path, "chr2:1001-2000"]);
        let found = String::from_utf8(found).unwrap();
        assert!(expected.len() > 10, "{format}");
        assert_eq!(found.lines().collect::<Vec<_>>(), expected, "{format}");
    }
}

#[test]
fn a_long_contig_takes_a_csi() {
    let bench = Bench::new(&behind_ag());
    let records: Vec<_> = (0..3)
        .map(|read| format!("r{read} 0 long 600000000 60 7M * 0 0 TTAGCTT IIIIIII"))
        .collect();
    let long = bam(
        &bench,
        &sam("coordinate", &[("long", 700_000_000)], &records),
    );
    let (path, index) = indexed(&bench, "", &long);
    assert!(index.ends_with(".csi"), "{index}");
    if present("tabix") {
        let rows = String::from_utf8(output("tabix", &[&path, "long:600,000,001-600,000,009"]));
        assert!(rows.unwrap().starts_with("long\t600000002\t"));
    }
}

#[test]
fn an_index_holds_many_contigs() {
    let bench = Bench::new(&behind_ag());
    let contigs = 0..200_000;
    let fasta: String = contigs.map(|n| format!(">c{n}\nTTAGCTT\n")).collect();
    let (path, _) = indexed(&bench, "", fasta.as_bytes());
    if present("tabix") {
        let rows = String::from_utf8(output("tabix", &[&path, "c199999"])).unwrap();
        assert!(rows.starts_with("c199999\t"), "{rows}");
    }
}

#[test]
fn what_cannot_be_indexed_leaves_nothing() {
    let bench = Bench::new(&behind_ag());
    let twice = [SEQUENCE, b">c2\nTTAGCTT\n", SEQUENCE].concat();
    let path = bench.path("out.gz");
    let flags = format!("-z --index -o {}", path.display());
    let (error, _) = failure(bench.run(&flags, &twice));
    assert!(
        error.contains("out.gz: it cannot be indexed: rows are not sorted"),
        "{error}"
    );
    let left = std::fs::read_dir(bench.folder.path()).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["model.onnx"]);
    let (error, _) = failure(bench.run("-z --index -o /dev/null", SEQUENCE));
    assert!(
        error.contains("/dev/null: it is not a regular file"),
        "{error}"
    );
}

#[test]
fn an_index_without_a_bgzip_file_is_refused() {
    let bench = Bench::new(&behind_ag());
    assert!(refusal(&bench, "--index -o x").contains("--bgzip"));
    assert!(refusal(&bench, "--index -z").contains("--output"));
}
