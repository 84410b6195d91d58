use std::process::Command;

use bigtools::{BigBedRead, BigWigRead};

use super::{SEQUENCE, planted, refusal};
use crate::support::alignments::{bam, sam};
use crate::support::filter::{Bench, behind_ag, failure, rows};

/// Contigs that do not come in the order of their names, with sites on both strands.
fn genome() -> Vec<u8> {
    planted(&[("chr2", 3000, 37), ("chr10", 5000, 53), ("chr1", 800, 7)])
}

/// Runs with `-o`; the bytes of the file.
fn file(bench: &Bench, flags: &str, input: &[u8]) -> Vec<u8> {
    let path = bench.path("out.big");
    let output = bench.run(&format!("{flags} -o {}", path.display()), input);
    assert_eq!(rows(output), "");
    std::fs::read(path).unwrap()
}

/// The lines of a text sorted as `LC_ALL=C sort -k1,1 -k2,2n` has them; ties stay as they were.
fn sorted(text: &str) -> String {
    let mut lines: Vec<_> = text.lines().collect();
    lines.sort_by_key(|line| {
        let (contig, rest) = line.split_once('\t').unwrap();
        let start = rest.split('\t').next().unwrap();
        (contig.to_owned(), start.parse::<u32>().unwrap())
    });
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// A bigWig as bedGraph, and the lengths of its contigs.
fn bedgraph(file: &[u8]) -> (String, Vec<(String, u32)>) {
    let mut wig = BigWigRead::open(std::io::Cursor::new(file)).unwrap();
    let contigs = wig.chroms().iter();
    let contigs: Vec<_> = contigs
        .map(|contig| (contig.name.clone(), contig.length))
        .collect();
    let mut text = String::new();
    for (contig, bases) in &contigs {
        for value in wig.get_interval(contig, 0, *bases).unwrap() {
            let value = value.unwrap();
            let (start, end) = (value.start, value.end);
            text += &format!("{contig}\t{start}\t{end}\t{}\n", value.value);
        }
    }
    (text, contigs)
}

/// A bigBed as BED, and its autoSql.
fn bed(file: &[u8]) -> (String, String) {
    let mut bed = BigBedRead::open(std::io::Cursor::new(file)).unwrap();
    let autosql = bed.autosql().unwrap().unwrap();
    let contigs: Vec<_> = bed.chroms().to_vec();
    let mut text = String::new();
    for contig in contigs {
        for row in bed.get_interval(&contig.name, 0, contig.length).unwrap() {
            let row = row.unwrap();
            let (name, start, end) = (&contig.name, row.start, row.end);
            text += &format!("{name}\t{start}\t{end}\t{}\n", row.rest);
        }
    }
    (text, autosql)
}

#[test]
fn bigwig_holds_the_rows_of_bedgraph() {
    let bench = Bench::new(&behind_ag());
    for flags in [
        "--raw --strand +",
        "--raw --strand -",
        "--strand +",
        "--strand -",
    ] {
        let text = bench.rows(&format!("-f bedgraph {flags}"), &genome());
        let wig = file(&bench, &format!("-f bigwig {flags}"), &genome());
        let (rows, contigs) = bedgraph(&wig);
        assert_eq!(rows, sorted(&text), "{flags}");
        let lengths = [("chr1", 800), ("chr10", 5000), ("chr2", 3000)];
        assert_eq!(
            contigs,
            lengths.map(|(name, bases)| (name.to_owned(), bases))
        );
    }
}

#[test]
fn bigbed_holds_the_rows_of_bed() {
    let bench = Bench::new(&behind_ag());
    for flags in ["", "--raw"] {
        let text = bench.rows(flags, &genome());
        let big = file(&bench, &format!("-f bigbed {flags}"), &genome());
        let (rows, autosql) = bed(&big);
        assert_eq!(rows, sorted(&text));
        let printed = Command::new(env!("CARGO_BIN_EXE_windrow"))
            .args(["--generate", "autosql"])
            .output();
        assert_eq!(autosql.as_bytes(), printed.unwrap().stdout);
        let info = BigBedRead::open(std::io::Cursor::new(big)).unwrap();
        let header = info.info().header;
        assert_eq!((header.field_count, header.defined_field_count), (7, 6));
    }
}

#[test]
fn names_are_a_column_more() {
    let bench = Bench::new(&behind_ag());
    let input = b">n1::c:5-12\nTTAGCTT\n>n2::c:0-7\nTTAGCTT\n";
    let text = bench.rows("--names", input);
    let (rows, autosql) = bed(&file(&bench, "--names -f bigbed", input));
    assert_eq!(rows, sorted(&text));
    assert!(rows.ends_with("\tn1\n"));
    assert!(autosql.contains("string source;"), "{autosql}");
}

#[test]
fn bytes_are_the_same_for_any_threads_and_chunks() {
    let bench = Bench::new(&behind_ag());
    for format in ["bigwig", "bigbed"] {
        let run = |flags: &str| file(&bench, &format!("-f {format} --raw {flags}"), &genome());
        let one = run("-t 1");
        for flags in ["-t 4", "-t 2 --chunk-size 256"] {
            assert!(run(flags) == one, "{format} {flags}");
        }
    }
}

#[test]
fn contigs_are_as_long_as_headers_and_indexes_say() {
    let bench = Bench::new(&behind_ag());
    let records: Vec<_> = (0..3)
        .map(|read| format!("r{read} 0 c1 101 60 7M * 0 0 TTAGCTT IIIIIII"))
        .collect();
    let reads = bam(&bench, &sam("coordinate", &[("c1", 900)], &records));
    let contigs = bedgraph(&file(&bench, "-f bigwig", &reads)).1;
    assert_eq!(contigs, [("c1".to_owned(), 900)]);

    let reference = bench.write("reference.fa", SEQUENCE);
    let flags = format!("-f bigwig -r {reference} -R c1:1-6");
    let contigs = bedgraph(&file(&bench, &flags, b"")).1;
    assert_eq!(contigs, [("c1".to_owned(), 7)]);
}

#[test]
fn a_run_without_rows_writes_a_file_without_rows() {
    let bench = Bench::new(&behind_ag());
    let none = b">c\nTTTTTTT\n";
    assert_eq!(
        bedgraph(&file(&bench, "-f bigwig", none)),
        (String::new(), Vec::new())
    );
    assert_eq!(bed(&file(&bench, "-f bigbed", none)).0, "");
}

#[test]
fn two_values_of_a_base_are_an_error() {
    let bench = Bench::new(&behind_ag());
    let twice = [SEQUENCE, SEQUENCE].concat();
    let path = bench.path("out.bw");
    let flags = format!("-q -f bigwig -o {}", path.display());
    let (error, _) = failure(bench.run(&flags, &twice));
    assert!(
        error.ends_with("out.bw: c1: rows overlap at 4, and it holds one value a base\n"),
        "{error}"
    );
    assert!(!path.exists());
    // Intervals of BED may overlap.
    let twice = [SEQUENCE, SEQUENCE].concat();
    let rows = bed(&file(&bench, "-f bigbed", &twice)).0;
    assert_eq!(rows, sorted(&bench.rows("", &twice)));
}

#[test]
fn what_cannot_be_written_is_an_error_of_one_line() {
    let bench = Bench::new(&behind_ag());
    let input = bench.write("in.fa", &genome());
    for (format, blocks) in [("bigwig", 1), ("bigwig", 4), ("bigbed", 1), ("bigbed", 4)] {
        // The limit on a file's size stands for a full disk.
        let run = format!(
            "trap '' XFSZ; ulimit -f {blocks}; exec {} -q -m {} -f {format} --raw -o {} {input}",
            env!("CARGO_BIN_EXE_windrow"),
            bench.model,
            bench.path("out.big").display(),
        );
        let output = Command::new("bash").args(["-c", &run]).output().unwrap();
        let (error, _) = failure(output);
        assert!(error.contains("out.big: "), "{error}");
        assert!(!bench.path("out.big").exists());
    }
    let (error, _) = failure(bench.run("-q -f bigwig -o /dev/null", SEQUENCE));
    assert!(
        error.contains("/dev/null: is not a regular file"),
        "{error}"
    );
}

#[test]
fn they_go_to_a_file() {
    let bench = Bench::new(&behind_ag());
    for format in ["bigwig", "bigbed"] {
        assert!(refusal(&bench, &format!("-f {format}")).contains("--output"));
    }
}
