//! Regions of an indexed reference give the rows of the whole contig.

use std::io::Write;
use std::time::{Duration, SystemTime};

use crate::support::filter::{Bench, behind_ag, failure, rows, run};
use crate::support::onnx;
use crate::support::programs::{output, present};
use crate::support::random::sequence;
use noodles_bgzf as bgzf;

/// A reference of three contigs, one with colons in its name.
fn genome() -> String {
    let wrapped = |text: &str| {
        let lines: Vec<_> = text.as_bytes().chunks(60).collect();
        lines
            .iter()
            .map(|line| String::from_utf8_lossy(line) + "\n")
            .collect::<String>()
    };
    let (one, two) = (sequence(5_000, 1), sequence(700, 2));
    format!(
        ">chr1 first\n{}>HLA:1\n{}>tiny\nAC\n",
        wrapped(&one),
        wrapped(&two)
    )
}

fn bench() -> (Bench, String) {
    let bench = Bench::new(&behind_ag());
    let path = bench.write("genome.fa", genome().as_bytes());
    (bench, path)
}

fn bgzip(text: &[u8]) -> Vec<u8> {
    let mut writer = bgzf::io::Writer::new(Vec::new());
    // Blocks shorter than a line, and longer ones.
    for part in text
        .chunks(50)
        .take(20)
        .chain(text[1000.min(text.len())..].chunks(700))
    {
        writer.write_all(part).unwrap();
        writer.flush().unwrap();
    }
    writer.finish().unwrap()
}

/// Rows that start in one of some ranges of a contig.
fn within(rows: &str, ranges: &[(&str, usize, usize)]) -> String {
    let inside = |row: &&str| {
        let mut columns = row.split('\t');
        let contig = columns.next().unwrap();
        let at: usize = columns.next().unwrap().parse().unwrap();
        let holds = |&(name, start, end): &(&str, usize, usize)| {
            name == contig && (start..end).contains(&at)
        };
        ranges.iter().any(holds)
    };
    let rows = rows.lines().filter(inside);
    rows.map(|row| row.to_owned() + "\n").collect()
}

fn bed(ranges: &[(&str, usize, usize)]) -> String {
    let row = |(contig, start, end): &(&str, usize, usize)| format!("{contig}\t{start}\t{end}\n");
    ranges.iter().map(row).collect()
}

const RANGES: [(&str, usize, usize); 8] = [
    ("HLA:1", 0, 30),
    ("chr1", 4_990, 5_000),
    ("chr1", 100, 900),
    ("chr1", 850, 1_000),
    ("chr1", 1_000, 1_010),
    ("chr1", 3_000, 3_001),
    ("HLA:1", 695, 700),
    ("tiny", 0, 2),
];
const FORMATS: [&str; 6] = [
    "",
    "--raw",
    "--raw -s 7",
    "--raw -s 7 -t 1 --chunk-size 256",
    "-f bedgraph --raw --strand -",
    "--raw --softmask skip --max-n 2 -t 3 --chunk-size 300",
];

#[test]
fn rows_are_those_of_the_whole_contig() {
    let (bench, reference) = bench();
    let genome = genome();
    for format in FORMATS {
        let whole = bench.rows(format, genome.as_bytes());
        for ranges in [&RANGES[..], &RANGES[1..2], &RANGES[5..6]] {
            let rows = bench.rows(&format!("{format} -r {reference}"), bed(ranges).as_bytes());
            let expected = within(&whole, ranges);
            if format.contains("bedgraph") {
                // Equal neighbours are merged up to the region's edge.
                assert_eq!(bases(&rows), bases_within(&whole, ranges), "{format}");
            } else {
                assert_eq!(rows, expected, "{format} {ranges:?}");
            }
        }
    }
}

/// The value of each base of a bedGraph.
fn bases(rows: &str) -> Vec<(String, usize, String)> {
    let base = |row: &str| {
        let columns: Vec<_> = row.split('\t').map(str::to_owned).collect();
        let [start, end] = [1, 2].map(|column| columns[column].parse::<usize>().unwrap());
        (start..end)
            .map(move |at| (columns[0].clone(), at, columns[3].clone()))
            .collect::<Vec<_>>()
    };
    rows.lines().flat_map(base).collect()
}

fn bases_within(rows: &str, ranges: &[(&str, usize, usize)]) -> Vec<(String, usize, String)> {
    let inside = |(contig, at, _): &(String, usize, String)| {
        let holds = |&(name, start, end): &(&str, usize, usize)| {
            name == contig && (start..end).contains(at)
        };
        ranges.iter().any(holds)
    };
    bases(rows).into_iter().filter(inside).collect()
}

#[test]
fn regions_may_be_named_on_the_command_line() {
    let (bench, reference) = bench();
    let rows = |regions: &[&str]| {
        let regions: String = regions
            .iter()
            .map(|region| format!(" -R {region}"))
            .collect();
        bench.rows(&format!("--raw -r {reference}{regions}"), b"")
    };
    let whole = bench.rows("--raw", genome().as_bytes());
    let expected = |ranges: &[_]| within(&whole, ranges);
    assert_eq!(rows(&["chr1:101-900"]), expected(&[("chr1", 100, 900)]));
    assert_eq!(
        rows(&["chr1:1,001-2,000"]),
        expected(&[("chr1", 1_000, 2_000)])
    );
    assert_eq!(rows(&["chr1:4,000-"]), expected(&[("chr1", 3_999, 5_000)]));
    assert_eq!(rows(&["{HLA:1}:5-90"]), expected(&[("HLA:1", 4, 90)]));
    assert_eq!(rows(&["HLA:1:5-90"]), expected(&[("HLA:1", 4, 90)]));
    assert_eq!(rows(&["HLA:1"]), expected(&[("HLA:1", 0, 700)]));
    assert_eq!(
        rows(&["HLA:1", "chr1:5-9"]),
        expected(&[("HLA:1", 0, 700), ("chr1", 4, 9)])
    );
}

#[test]
fn inputs_of_all_kinds_are_mixed_in_the_order_given() {
    let (bench, reference) = bench();
    let fasta = bench.write("1", b">a\nTTAGCTT\n");
    let regions = bench.write("2", b"chr1\t5\t300\n");
    let fastq = bench.write("3", b"@b\nTTAGCTT\n+\nIIIIIII\n");
    let whole = bench.rows("--raw", genome().as_bytes());
    let expected = bench.rows("--raw", b">a\nTTAGCTT\n")
        + &within(&whole, &[("chr1", 5, 300)])
        + &bench.rows("--raw", b">b\nTTAGCTT\n")
        + &within(&whole, &[("chr1", 0, 9)]);
    let flags = format!("--raw -r {reference} {fasta} {regions} {fastq} -");
    assert_eq!(bench.rows(&flags, b"chr1\t0\t9\n"), expected);
}

#[test]
fn the_format_of_the_input_may_be_said() {
    let bench = Bench::new(&behind_ag());
    let reference = bench.write("g.fa", b">@c\nTTAGCTT\n");
    let flags = format!("-q -r {reference}");
    let (error, _) = failure(bench.run(&flags, b"@c\t0\t7\n"));
    assert!(error.contains("record 1"), "{error}");
    let rows = bench.rows(&format!("{flags} --input-format bed"), b"@c\t0\t7\n");
    assert_eq!(rows.lines().count(), 2);
}

#[test]
fn the_index_is_made_in_memory_if_there_is_none() {
    let (bench, plain) = bench();
    let blocked = bench.write("genome.fa.gz", &bgzip(genome().as_bytes()));
    let input = bed(&RANGES);
    let expected = bench.rows(&format!("--raw -r {plain}"), input.as_bytes());
    for (path, index) in [(&plain, "fai"), (&blocked, "fai")] {
        let output = bench.run(&format!("--raw --no-header -r {path}"), input.as_bytes());
        let note = String::from_utf8_lossy(&output.stderr).into_owned();
        let expected_note =
            format!("windrow: note: there is no {path}.{index}; the file is indexed in memory\n");
        assert!(note.starts_with(&expected_note), "{note}");
        assert_eq!(rows(output), expected);
    }
}

#[test]
fn an_index_of_samtools_is_read() {
    if !present("samtools") {
        return;
    }
    let (bench, plain) = bench();
    let blocked = bench.write("genome.fa.gz", &bgzip(genome().as_bytes()));
    let input = bed(&RANGES);
    let expected = bench.rows(&format!("--raw -r {plain}"), input.as_bytes());
    for path in [&plain, &blocked] {
        output("samtools", &["faidx", path]);
        let output = bench.run(&format!("--raw --no-header -r {path}"), input.as_bytes());
        let note = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!note.contains("note"), "{note}");
        assert_eq!(rows(output), expected);
    }
    std::fs::remove_file(format!("{blocked}.gzi")).unwrap();
    let output = bench.run(&format!("--raw --no-header -r {blocked}"), input.as_bytes());
    assert!(
        String::from_utf8_lossy(&output.stderr)
            .contains("genome.fa.gz.gzi; the file is indexed in memory")
    );
    assert_eq!(rows(output), expected);
}

#[test]
fn reasons_are_those_of_the_whole_contig() {
    let (bench, reference) = bench();
    let genome = genome();
    let unscored = |flags: &str, input: &[u8]| {
        let path = bench.path("unscored.bed");
        bench.rows(&format!("{flags} --unscored {}", path.display()), input);
        let rows = bench.read("unscored.bed");
        let reason = |row: &str| {
            let columns: Vec<_> = row.split('\t').map(str::to_owned).collect();
            let [start, end] = [1, 2].map(|column| columns[column].parse::<usize>().unwrap());
            let bases = start..end;
            bases
                .map(move |at| (columns[0].clone(), at, columns[3].clone()))
                .collect::<Vec<_>>()
        };
        rows.lines().flat_map(reason).collect::<Vec<_>>()
    };
    let whole = unscored("--raw -s 4", genome.as_bytes());
    let inside = |(contig, at, _): &(String, usize, String)| {
        let holds = |&(name, start, end): &(&str, usize, usize)| {
            name == contig && (start..end).contains(at)
        };
        RANGES.iter().any(holds)
    };
    let expected: Vec<_> = whole.into_iter().filter(inside).collect();
    let found = unscored(
        &format!("--raw -s 4 -r {reference}"),
        bed(&RANGES).as_bytes(),
    );
    assert_eq!(found, expected);
}

#[test]
fn a_call_of_a_region_model_is_made_of_windows_in_the_region() {
    let mut model = onnx::matrix(&[[0.0, 0.0, 9.0, 0.0]], -4.5);
    for (key, value) in [
        ("calls", "region"),
        ("distance", "3"),
        ("threshold", "[0.6]"),
    ] {
        onnx::set(&mut model, key, value);
    }
    let bench = Bench::new(&model);
    let reference = bench.write("g.fa", b">c\nTTGGGGGGGGTTTTTTGG\n");
    let rows = |input: &[u8]| bench.rows(&format!("--strand + -r {reference}"), input);
    assert_eq!(rows(b"c\t0\t18\n").lines().count(), 2);
    assert!(rows(b"c\t4\t7\n").starts_with("c\t4\t7\t"));
    assert!(rows(b"c\t1\t5\n").starts_with("c\t2\t5\t"));
}

#[test]
fn names_make_each_region_stand_alone() {
    let bench = Bench::new(&behind_ag());
    let reference = bench.write("g.fa", b">c\nTTAGCTT\n");
    let input = b"c\t2\t7\tfirst one\nc\t0\t5\tsecond\n";
    let flags = format!("--names -r {reference}");
    let row = |start, strand, name| {
        let end = start + 1;
        format!("c\t{start}\t{end}\texon_start\t1000\t{strand}\t1\t{name}\n")
    };
    let second = row(3, '-', "second") + &row(4, '+', "second");
    let first = row(3, '-', "first one") + &row(4, '+', "first one");
    for format in ["", "--raw --min-score 0.9"] {
        let rows = bench.rows(&format!("{flags} {format}"), input);
        assert_eq!(rows, format!("{second}{first}"));
    }
    let header = rows(bench.run(&flags, input));
    assert!(header.contains("# columns: contig start end label score strand value name\n"));
    assert_eq!(
        bench.rows(&format!("{flags} -R c:5-5"), b""),
        row(4, '+', "c:5-5")
    );
    assert_eq!(
        bench.rows("--names --strand +", b">c\nTTAGC\n"),
        row(4, '+', ".")
    );
}

#[test]
fn a_region_may_be_scored_on_its_own_strand() {
    let (bench, reference) = bench();
    let whole = bench.rows("--raw", genome().as_bytes());
    let input = "chr1\t100\t300\t.\t0\t+\nchr1\t200\t400\t.\t0\t-\nchr1\t500\t600\t.\t0\t.\n";
    let flags = format!("--raw --region-strand -r {reference}");
    let expected: String = within(&whole, &[("chr1", 100, 600)])
        .lines()
        .filter(|row| {
            let columns: Vec<_> = row.split('\t').collect();
            let at: usize = columns[1].parse().unwrap();
            match columns[5] {
                "+" => (100..300).contains(&at) || at >= 500,
                _ => (200..400).contains(&at) || at >= 500,
            }
        })
        .map(|row| row.to_owned() + "\n")
        .collect();
    assert_eq!(bench.rows(&flags, input.as_bytes()), expected);
}

#[test]
fn a_million_regions_take_bounded_memory() {
    let (bench, reference) = bench();
    let line = |at: usize| format!("chr1\t{}\t{}\tn{at}\t0\t+\n", at % 4_990, at % 4_990 + 3);
    let input: String = (0..1_000_000).map(line).collect();
    let stats = bench.path("stats.json");
    let flags = format!("--no-header -q --stats {} -r {reference}", stats.display());
    let whole = bench.rows("", genome().as_bytes());
    assert_eq!(
        rows(bench.run(&flags, input.as_bytes())),
        within(&whole, &[("chr1", 0, 4_992)])
    );
    let stats: serde_json::Value = serde_json::from_str(&bench.read("stats.json")).unwrap();
    let peak = stats["peak_memory_bytes"].as_u64().unwrap();
    assert!(peak < 300_000_000, "{peak}");
}

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

#[test]
fn a_contig_that_is_not_utf8_is_found() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let bench = Bench::new(&behind_ag());
    let reference = bench.write("latin.fa", b">caf\xe9\nTTAGTTTTTT\n");
    let bed = bench.path("latin.bed");
    std::fs::write(&bed, b"caf\xe9\t0\t10\n").unwrap();
    let command = |more: &[&OsStr]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_windrow"));
        command.args(["-m", &bench.model, "--no-header", "--strand", "+"]);
        command
            .args(["-q", "-r", &reference])
            .args(more)
            .output()
            .unwrap()
    };
    for more in [
        &[OsStr::new("-R"), OsStr::from_bytes(b"caf\xe9:1-10")][..],
        &[bed.as_os_str()],
    ] {
        let output = command(more);
        assert!(output.status.success(), "{output:?}");
        assert_eq!(output.stdout, b"caf\xe9\t4\t5\texon_start\t1000\t+\t1\n");
    }
}

#[test]
fn control_characters_of_names_reach_no_message() {
    let bench = Bench::new(&behind_ag());
    let bad = bench.write("bad.fa", b">a\x1b[31m\nACGT\n");
    let good = bench.write("good.fa", b">a\nACGT\n");
    for (flags, input) in [
        (format!("-r {bad} -R a"), &b""[..]),
        (format!("-r {good} -R a\x1b[31m"), b""),
        (format!("-r {good}"), b"a\x1b[31m\t0\t1\n"),
        (format!("-r {good} --names"), b"a\t0\t1\tn\xc2\x9b\n"),
        (String::new(), b">a\xc2\x9b\nACGT\n"),
    ] {
        let (error, _) = failure(bench.run(&format!("-q {flags}"), input));
        let line = error.trim_end_matches('\n');
        assert!(!line.chars().any(char::is_control), "{line:?}");
    }
}

#[test]
fn control_characters_of_arguments_reach_no_message() {
    let bench = Bench::new(&behind_ag());
    let fasta = bench.write("a\x1b[2J.fa", b">a\nTTAGCTT\n");
    for argv in [
        &["-m", "none\x1b[2J.onnx"][..],
        &["-m", &bench.model, "none\x1b[2J.fa"],
        &["-m", &bench.model, "--none\x1b[2J"],
        &["-m", &bench.model, "-o", "/none/\x1b[2J"],
        &["-m", &bench.model, "-r", &fasta, "-R", "a"],
        &["-m", &bench.model, &fasta],
    ] {
        let output = run(argv, b"");
        let text = String::from_utf8(output.stderr).unwrap();
        let control = |c: char| c.is_control() && c != '\n';
        assert!(!text.contains(control), "{text:?}");
    }
}
