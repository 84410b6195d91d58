//! Regions of an indexed reference give the rows of the whole contig.

use std::io::Write;

use crate::support::filter::{Bench, behind_ag, failure, rows};
use crate::support::onnx;
use crate::support::programs::{output, present};
use crate::support::random::sequence;
use noodles_bgzf as bgzf;

/// A reference of three contigs, one with colons in its name.
pub fn genome() -> String {
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

pub fn bench() -> (Bench, String) {
    let bench = Bench::new(&behind_ag());
    let path = bench.write("genome.fa", genome().as_bytes());
    (bench, path)
}

pub fn bgzip(text: &[u8]) -> Vec<u8> {
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
