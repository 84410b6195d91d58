//! Regions, references and indexes that cannot be used are refused with their name and place.

use std::io::Write;
use std::time::{Duration, SystemTime};

use crate::regions::{bench, bgzip, genome};
use crate::support::filter::{Bench, behind_ag, failure, rows, run};

/// The error that regions end with, and no rows.
fn error(flags: &str, input: &str) -> String {
    let (bench, reference) = bench();
    let (error, rows) = failure(bench.run(&format!("-q -r {reference} {flags}"), input.as_bytes()));
    assert_eq!(rows, "");
    error
}

#[test]
fn broken_regions_are_named_by_their_line() {
    let good = "chr1\t5\t9\tn\t0\t+\r\n";
    for (line, expected) in [
        ("chr1\t5", "2 columns, but a region takes 3 or more"),
        (
            "chr1 5 9",
            "the columns are separated by spaces, not by tabs",
        ),
        ("chr1\t9\t5", "the start, 9, is after the end, 5"),
        (
            "chr1\t9\t5001",
            "the end, 5001, is beyond chr1, which has 5000 bases",
        ),
        ("chrX\t5\t9", "genome.fa has no contig chrX"),
        ("1\t5\t9", "genome.fa has no contig 1, but chr1"),
        ("chr1\tfive\t9", "\"five\" is not a position"),
        (
            "chr1\t5\t99999999999999999999",
            "\"99999999999999999999\" is not a position",
        ),
        (
            "chr1\t5\t9999999999999",
            "the end, 9999999999999, is beyond chr1",
        ),
    ] {
        let error = error("", &format!("#c\n{good}{line}\n{good}"));
        assert!(
            error.starts_with("windrow: error: standard input: line 3: "),
            "{error}"
        );
        assert!(error.contains(expected), "{error}");
    }
    assert!(error("--names", "\nchr1\t5\t9\n").contains("line 2: no name in column 4"));
    assert!(error("--region-strand", "chr1\t5\t9\n").contains("line 1: no strand (+, - or .)"));
    for (region, expected) in [
        ("chr1:9-5", "the start, 8, is after the end, 5"),
        ("chr1:0-5", "positions count from 1"),
        ("chr1:1-5001", "the end, 5001, is beyond chr1"),
        ("chr9:1-5", "genome.fa has no contig chr9"),
        ("chr9", "genome.fa has no contig chr9"),
    ] {
        let error = error(&format!("-R {region}"), "");
        assert!(
            error.starts_with(&format!("windrow: error: region {region}: ")),
            "{error}"
        );
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn vcf_gtf_and_gff_are_told_with_what_makes_bed_of_them() {
    let vcf = "##fileformat=VCFv4.3\n#CHROM\tPOS\tID\tREF\tALT\nchr1\t6\t.\tA\tC\n";
    let row = "chr1\tx\texon\t6\t9\t.\t+\t.\tgene_id \"a\";\n";
    let gtf = format!("#!genome-build GRCh38\n{row}");
    let gff = format!("##gff-version 3\n{row}");
    let (query, awk) = ("bcftools query -f ", "awk -F'\\t' ");
    let (bench, reference) = bench();
    for (name, text, line, expected, command) in [
        ("x.vcf", vcf, 1, "windrow does not read VCF", query),
        ("x.gtf", &gtf, 2, "windrow does not read GTF or GFF", awk),
        ("x.gff3", &gff, 1, "windrow does not read GTF or GFF", awk),
    ] {
        for (name, bytes) in [
            (name.to_owned(), text.as_bytes().to_vec()),
            (format!("{name}.gz"), bgzip(text.as_bytes())),
        ] {
            let path = bench.write(&name, &bytes);
            let as_regions = failure(bench.run(&format!("-q -r {reference} {path}"), b"")).0;
            let place = format!("{path}: line {line}: {expected}");
            assert!(as_regions.contains(&place), "{as_regions}");
            let as_sequence = failure(bench.run(&format!("-q {path}"), b"")).0;
            let place = format!("{path}: {expected}");
            assert!(as_sequence.contains(&place), "{as_sequence}");
            let as_reference = failure(bench.run(&format!("-q -r {path}"), b"chr1\t5\t9\n")).0;
            assert!(
                as_reference.contains("a reference is FASTA, not "),
                "{as_reference}"
            );
            for error in [as_regions, as_sequence, as_reference] {
                assert!(error.contains(command), "{error}");
                assert_eq!(error.lines().count(), 1, "{error}");
            }
        }
    }
    assert!(error("", "BCF\x02\x02\n").contains("windrow does not read BCF"));
}

#[test]
fn a_region_that_can_be_read_in_two_ways() {
    let bench = Bench::new(&behind_ag());
    let reference = bench.write("g.fa", b">c\nTTAGCTT\n>c:2\nTTAGCTT\n");
    let (error, _) = failure(bench.run(&format!("-q -r {reference} -R c:2"), b""));
    assert!(
        error.contains("region c:2: both a contig and a part of one"),
        "{error}"
    );
    assert_eq!(
        bench
            .rows(&format!("-r {reference} -R {{c:2}}:1-6"), b"")
            .lines()
            .count(),
        2
    );
}

fn age(path: &str, seconds: u64) {
    let file = std::fs::File::options().append(true).open(path).unwrap();
    let time = SystemTime::now() - Duration::from_secs(seconds);
    file.set_modified(time).unwrap();
}

/// The error of a run over a reference with some index.
fn index_error(bench: &Bench, reference: &str, region: &str) -> String {
    let (error, rows) = failure(bench.run(&format!("-q -r {reference} -R {region}"), b""));
    assert_eq!(rows, "");
    error
}

#[test]
fn an_index_older_than_the_file() {
    let (bench, reference) = bench();
    let index = bench.write("genome.fa.fai", b"chr1\t5000\t12\t60\t61\n");
    age(&index, 100);
    let error = index_error(&bench, &reference, "chr1");
    assert!(
        error
            .contains("genome.fa.fai is older than the file; make a new one with 'samtools faidx'"),
        "{error}"
    );
}

#[test]
fn an_index_of_another_file() {
    let (bench, reference) = bench();
    for index in [
        "chr2\t5000\t12\t60\t61\n",
        "chr1\t5000\t13\t60\t61\n",
        "chr1\t5000\t12\t70\t71\n",
        "chr1\t4000\t12\t60\t61\n",
        "chr1\t6000\t12\t60\t61\n",
        "chr1\t5000000\t12\t60\t61\n",
        "chr1\t5000\t120000000\t60\t61\n",
        "chr1\t5000\t12\t60\t62\n",
    ] {
        bench.write("genome.fa.fai", index.as_bytes());
        let name = &index[..4];
        let error = index_error(&bench, &reference, name);
        let expected = format!("genome.fa: the index does not fit the file at {name}\n");
        assert!(error.ends_with(&expected), "{index}{error}");
    }
    bench.write("genome.fa.fai", b"chr1\t5000\n");
    let error = index_error(&bench, &reference, "chr1");
    assert!(
        error.contains("genome.fa.fai: line 1: not a row of a FASTA index"),
        "{error}"
    );
    bench.write("genome.fa.fai", b"chr1\t9\t6\t9\t10\nchr1\t9\t6\t9\t10\n");
    assert!(index_error(&bench, &reference, "chr1").contains("has chr1 twice"));
}

#[test]
fn an_index_by_which_the_last_contig_ends_behind_the_file() {
    let bench = Bench::new(&behind_ag());
    let line = "ACGTTAGCTT\n";
    let reference = bench.write("genome.fa", format!(">c\n{}", line.repeat(20)).as_bytes());
    let region = |width: usize| {
        bench.write(
            "genome.fa.fai",
            format!("c\t200\t3\t10\t{width}\n").as_bytes(),
        );
        bench.run(&format!("-q -r {reference} -R c:41-100"), b"")
    };
    rows(region(11));
    let (error, _) = failure(region(12));
    assert!(
        error.ends_with("genome.fa: the index does not fit the file at c\n"),
        "{error}"
    );
}

#[test]
fn a_reference_that_cannot_be_read_by_place() {
    let bench = Bench::new(&behind_ag());
    let text = genome();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    let blocked = bgzip(text.as_bytes());
    for (bytes, expected) in [
        (
            gzip.finish().unwrap().as_slice(),
            "plain or compressed with bgzip",
        ),
        (b"ACGT\n", "plain or compressed with bgzip"),
        (b">c\nAC\nACG\n", "line 3: lines of c differ in length"),
        (b">c\nACE\n", "c: 'E' at base 3 is not a nucleotide"),
        (&blocked[..blocked.len() / 2], ""),
    ] {
        let reference = bench.write("g.fa", bytes);
        let error = index_error(&bench, &reference, "c");
        assert!(
            error.contains(&reference) && error.contains(expected),
            "{error}"
        );
    }
    let folder = bench.folder.path().to_str().unwrap();
    assert!(index_error(&bench, folder, "c").contains("it must be a file"));
    assert!(index_error(&bench, "/nowhere/g.fa", "c").contains("/nowhere/g.fa: No such file"));
}

#[test]
fn flags_of_regions_are_usage() {
    for (argv, flag) in [
        (&["-R", "c"][..], "--region"),
        (&["--region-strand"], "--region-strand"),
        (&["-r", "-"], "--reference"),
        (&["-r", "g.fa", "-R", "c", "x.bed"], "--region"),
    ] {
        let output = run(argv, b"");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains(flag), "{error}");
    }
}
