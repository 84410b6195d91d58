//! Records with coordinates in their headers give the rows of the whole contig.

use crate::support::filter::{Bench, behind_ag, failure};
use crate::support::programs::{output, present};
use crate::support::random::sequence;

/// Bases beside a region that rows in it depend on: a window and the distance of calls.
const FLANK: usize = 3 + 2;
const FORMATS: [&str; 5] = [
    "",
    "--raw",
    "--raw -s 4",
    "-f bedgraph --raw",
    "-f bedgraph --strand -",
];

struct Contig {
    bench: Bench,
    fasta: String,
    text: String,
}

impl Contig {
    fn new() -> Self {
        let bench = Bench::new(&behind_ag());
        let text = format!(">chr:1\n{}\n>chr2\nACGT\n", sequence(900, 3));
        let fasta = bench.write("genome.fa", text.as_bytes());
        Self { bench, fasta, text }
    }

    /// Rows of the whole contig that start in a range.
    fn rows(&self, flags: &str, start: usize, end: usize) -> Vec<String> {
        let rows = self.bench.rows(flags, self.text.as_bytes());
        within(&rows, start, end)
    }
}

fn within(rows: &str, start: usize, end: usize) -> Vec<String> {
    let starts = |row: &&str| {
        let at: usize = row.split('\t').nth(1).unwrap().parse().unwrap();
        row.starts_with("chr:1\t") && (start..end).contains(&at)
    };
    rows.lines().filter(starts).map(str::to_owned).collect()
}

/// Ranges of the contig, both of its ends among them.
const RANGES: [(usize, usize); 4] = [(0, 300), (100, 500), (333, 334), (640, 900)];

fn same_inside(contig: &Contig, record: &[u8], start: usize, end: usize) {
    let first = if start == 0 { 0 } else { start + FLANK };
    let last = if end == 900 {
        900
    } else {
        end.saturating_sub(FLANK)
    };
    for flags in FORMATS {
        let rows = within(&contig.bench.rows(flags, record), first, last);
        assert_eq!(
            rows,
            contig.rows(flags, first, last),
            "{flags} {start} {end}"
        );
        assert!(
            !rows.is_empty() || end - start < 2 * FLANK,
            "{flags} {start} {end}"
        );
    }
}

#[test]
fn samtools_faidx() {
    if !present("samtools") {
        return;
    }
    let contig = Contig::new();
    for (start, end) in RANGES {
        let region = format!("{{chr:1}}:{}-{end}", start + 1);
        for flags in [&[][..], &["-i"], &["-i", "--mark-strand", "sign"]] {
            let argv = [&["faidx"], flags, &[&contig.fasta, &region]].concat();
            same_inside(&contig, &output("samtools", &argv), start, end);
        }
    }
}

#[test]
fn bedtools_getfasta() {
    if !present("bedtools") {
        return;
    }
    let contig = Contig::new();
    for (start, end) in RANGES {
        for strand in ["+", "-"] {
            let bed = format!("chr:1\t{start}\t{end}\tregion\t0\t{strand}\n");
            let bed = contig.bench.write("region.bed", bed.as_bytes());
            for flags in [&[][..], &["-s"], &["-name"], &["-s", "-name"]] {
                let argv = [&["getfasta", "-fi", &contig.fasta, "-bed", &bed], flags].concat();
                same_inside(&contig, &output("bedtools", &argv), start, end);
            }
        }
    }
}

#[test]
fn names_are_names_when_asked_to() {
    let bench = Bench::new(&behind_ag());
    let rows = |flags| bench.rows(flags, b">c:100-107\nTTAGCTT\n");
    assert!(rows("").starts_with("c\t103\t104\t"));
    assert!(rows("--header-coords bed").starts_with("c\t103\t104\t"));
    assert!(rows("--header-coords none").starts_with("c:100-107\t3\t4\t"));
    let rows = |flags| bench.rows(flags, b">c:101-107\nTTAGCTT\n");
    assert!(rows("--header-coords faidx").starts_with("c\t103\t104\t"));
}

#[test]
fn a_length_that_fits_neither_reading() {
    let bench = Bench::new(&behind_ag());
    let (error, rows) = failure(bench.run("--no-header", b">c\nTT\n>d:9-15 x\nTTA\nG\n>e\nA\n"));
    assert_eq!(
        error,
        "windrow: error: standard input: record 2 (d:9-15), line 3: 9-15 in the header are 6 \
         bases as BED (0-based, half-open) or 7 as faidx (1-based, inclusive), but the record has \
         4; with --header-coords none they are part of the name\n"
    );
    assert_eq!(rows, "");
    let fastq = b"@d:9-15 x\nTTAG\n+\nIIII\n";
    let (error, _) = failure(bench.run("", fastq));
    assert!(
        error.contains("record 1 (d:9-15), line 1: 9-15 in the header"),
        "{error}"
    );
}
