//! Bad alignments end the run with one line that names input, record and place.

use std::io::Read;

use crate::support::alignments::{bam, sam, written};
use crate::support::filter::{Bench, behind_ag, failure};
use proptest::prelude::*;

const CONTIG: &[(&str, usize)] = &[("c", 60)];
const GOOD: &str = "r 0 c 11 60 10M * 0 0 TTAGTTTTTT *";

fn bench() -> Bench {
    Bench::new(&behind_ag())
}

/// The error about records on standard input, and the rows before it.
fn refused(flags: &str, order: &str, records: &[&str]) -> String {
    let records: Vec<_> = records.iter().map(|&record| record.to_owned()).collect();
    let input = sam(order, CONTIG, &records);
    let (error, _) = failure(bench().run(flags, input.as_bytes()));
    let error = error.strip_prefix("windrow: error: standard input: ");
    error.unwrap().trim_end().to_owned()
}

/// BAM without its compression.
fn plain(bam: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    flate2::read::MultiGzDecoder::new(bam)
        .read_to_end(&mut plain)
        .unwrap();
    plain
}

/// Reads of a contig of 20,000 bases, enough for several blocks of BAM.
fn many() -> String {
    let base = |at: usize| char::from(b"ACGT"[at * at / 7 % 4]);
    let read = |number: usize| {
        let bases: String = (number * 9..number * 9 + 60).map(base).collect();
        let start = number * 9 + 1;
        let qualities: String = (0..60)
            .map(|at| char::from(b'5' + ((number * 31 + at * at) % 40) as u8))
            .collect();
        format!("read.{number} 0 c {start} 60 60M * 0 0 {bases} {qualities}")
    };
    let reads: Vec<_> = (0..2000).map(read).collect();
    sam("coordinate", &[("c", 20_000)], &reads)
}

#[test]
fn bam_cut_anywhere_is_an_error() {
    let bench = bench();
    let whole = bam(&bench, &many());
    assert!(bench.run("", &whole).status.success());
    let cuts = (1000..whole.len()).step_by(1000);
    for cut in cuts.chain([1, 3, 17, 30, whole.len() - 28, whole.len() - 1]) {
        let (error, _) = failure(bench.run("", &whole[..cut]));
        let named = error.contains("truncated") || cut < 4 && error.contains("begins with");
        assert!(
            named && error.contains("standard input: "),
            "{cut}: {error}"
        );
    }
}

#[test]
fn rows_before_a_cut_are_out() {
    let bench = bench();
    let whole = bam(&bench, &many());
    let all = bench.rows("", &whole);
    let (error, some) =
        failure(bench.run("--no-header --chunk-size 1000", &whole[..whole.len() - 28]));
    assert!(error.contains("truncated bgzip data: the end-of-file block is missing"));
    assert!(!some.is_empty() && all.starts_with(&some));
}

#[test]
fn a_wrong_checksum_is_an_error() {
    let bench = bench();
    let mut bytes = bam(&bench, &many());
    let block = usize::from(u16::from_le_bytes([bytes[16], bytes[17]])) + 1;
    bytes[block - 8] ^= 1;
    assert!(
        failure(bench.run("", &bytes))
            .0
            .contains("corrupt bgzip data")
    );
}

#[test]
fn cram_cut_or_without_its_reference_is_an_error() {
    let bench = bench();
    let reference = bench.write("c.fa", b">c\nTTTTTTTTTTTTAGTTTTTTTTTTTTTTTT\n");
    bench.write("c.fa.fai", b"c\t30\t3\t30\t31\n");
    let records = vec![GOOD.to_owned(); 3];
    let text = sam("coordinate", &[("c", 30)], &records);
    let whole = written(&bench, &text, "wc", Some(&reference));
    let flags = format!("-r {reference}");
    assert!(bench.run(&flags, &whole).status.success());
    for cut in (4..whole.len()).step_by(7).chain([whole.len() - 1]) {
        let (error, _) = failure(bench.run(&flags, &whole[..cut]));
        assert!(error.contains("truncated CRAM"), "{cut}: {error}");
    }
    let (error, _) = failure(bench.run("", &whole));
    assert!(error.contains("--reference"), "{error}");
    let (error, _) = failure(bench.run("-r /nowhere/c.fa", &whole));
    assert!(error.contains("/nowhere/c.fa"), "{error}");
    let other = bench.write("other.fa", b">c\nTTTTTTTTTTCCCCCCCCCCCTTTTTTTTT\n");
    bench.write("other.fa.fai", b"c\t30\t3\t30\t31\n");
    let (error, _) = failure(bench.run(&format!("-r {other}"), &whole));
    assert!(
        error.contains("record 1") && error.contains("another reference"),
        "{error}"
    );
}

#[test]
fn the_index_of_a_reference_is_not_written_and_not_stale() {
    let bench = bench();
    let text = b">c\nTTTTTTTTTTTTAGTTTTTTTTTTTTTTTT\n";
    let folder = bench.path("reference");
    std::fs::create_dir(&folder).unwrap();
    let reference = bench.write("reference/c.fa", text);
    let records = vec![GOOD.to_owned(); 3];
    let input = sam("coordinate", &[("c", 30)], &records);
    let indexed = bench.write("c.fa", text);
    bench.write("c.fa.fai", b"c\t30\t3\t30\t31\n");
    let cram = written(&bench, &input, "wc", Some(&indexed));
    let expected = bench.rows("", input.as_bytes());
    assert_eq!(bench.rows(&format!("-r {reference}"), &cram), expected);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);

    let index = bench.write("reference/c.fa.fai", b"c\t30\t3\t30\t31\n");
    let index = std::fs::File::options().write(true).open(index).unwrap();
    let begin = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1);
    index.set_modified(begin).unwrap();
    let (error, _) = failure(bench.run(&format!("-r {reference}"), &cram));
    assert!(error.contains("c.fa.fai is older than the file"), "{error}");
    let (error, _) = failure(bench.run(&format!("-r {}", bench.model), &cram));
    assert!(error.contains("a reference is FASTA"), "{error}");
}

#[test]
fn unsorted_reads_are_refused_with_the_flag_that_helps() {
    let first = GOOD.replace(" 11 ", " 21 ");
    let error = refused("", "unknown", &[&first, GOOD]);
    assert!(
        error.starts_with("record 2 (r): not sorted by coordinate"),
        "{error}"
    );
    assert!(error.contains("--reads each"), "{error}");
    for order in ["unsorted", "queryname"] {
        let error = refused("", order, &[GOOD]);
        assert!(
            error.starts_with("not sorted by coordinate: the header says so"),
            "{error}"
        );
        assert!(error.contains("--reads each"), "{error}");
    }
}

/// Alignments that were counted as reaching beyond their contig.
fn beyond(bench: &Bench, flags: &str, input: &[u8]) -> u64 {
    let stats = bench.path("stats.json");
    let flags = format!("{flags} --stats {}", stats.display());
    assert!(bench.run(&flags, input).status.success());
    let stats: serde_json::Value = serde_json::from_str(&bench.read("stats.json")).unwrap();
    stats["reads"]["beyond_contig"].as_u64().unwrap()
}

#[test]
fn a_read_beyond_the_end_of_its_contig_is_counted_and_left_out() {
    let bench = bench();
    let good = vec![GOOD.to_owned(); 3];
    let alone = sam("coordinate", CONTIG, &good);
    let reads = [
        good,
        vec![GOOD.replace(" 11 ", " 52 "), GOOD.replace(" 11 ", " 4000 ")],
    ]
    .concat();
    let input = sam("coordinate", CONTIG, &reads);
    for flags in ["", "--reads each"] {
        assert_eq!(beyond(&bench, flags, input.as_bytes()), 2);
        let rows = bench.rows(flags, input.as_bytes());
        assert_eq!(rows, bench.rows(flags, alone.as_bytes()));
        assert!(!rows.is_empty());
    }
    let fits = sam("coordinate", CONTIG, &[GOOD.replace(" 11 ", " 51 ")]);
    assert_eq!(beyond(&bench, "", fits.as_bytes()), 0);
}

#[test]
fn a_header_that_lies_about_a_contig_is_told_by_the_reads() {
    let bench = bench();
    let good = sam("coordinate", CONTIG, &[GOOD.to_owned()]);
    let mut bytes = plain(&bam(&bench, &good));
    // Behind the text and the number of contigs: length of the name, name, length.
    let text = u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize;
    let len = 8 + text + 4 + 4 + 2;
    assert_eq!(bytes[len..len + 4], 60u32.to_le_bytes());
    bytes[len..len + 4].copy_from_slice(&15u32.to_le_bytes());
    assert_eq!(beyond(&bench, "", &bytes), 1);
}

#[test]
fn values_of_sam_that_are_out_of_range_are_errors() {
    for (from, to, expected) in [
        (
            "r 0",
            "r 65536",
            "the flags 65536 are not a number up to 65535",
        ),
        ("r 0", "r x", "the flags x are not a number up to 65535"),
        (
            " 60 ",
            " 256 ",
            "the mapping quality 256 is not a number up to 255",
        ),
        (
            " 60 ",
            " -1 ",
            "the mapping quality -1 is not a number up to 255",
        ),
        ("TTAG", "TT~G", "'~' at base 3 is not a nucleotide"),
        ("TTAG", "TT*G", "'*' at base 3 is not a nucleotide"),
        (" c ", " d ", "the header has no contig 'd'"),
        (" c ", " \x1b[1m ", "the header has no contig '\\x1b[1m'"),
    ] {
        let bad = GOOD.replacen(from, to, 1);
        assert_ne!(bad, GOOD);
        let error = refused("", "coordinate", &[GOOD, &bad]);
        assert_eq!(error, format!("record 2, line 4: {expected}"));
    }
    // htslib and its writers know these.
    for (from, to) in [
        ("r 0", "r 0x10"),
        ("r 0", "r 020"),
        ("TTAG", "=.AG"),
        ("TTAG", "rYaG"),
    ] {
        let input = sam("coordinate", CONTIG, &[GOOD.replacen(from, to, 1)]);
        assert!(bench().run("", input.as_bytes()).status.success(), "{to}");
    }
}

#[test]
fn a_cigar_that_is_not_as_long_as_the_read_is_an_error() {
    let long = GOOD.replace("10M", "12M");
    assert_eq!(
        refused("", "coordinate", &[GOOD, &long]),
        "record 2, line 4: the CIGAR spans 12 bases, the read has 10"
    );
    let bench = bench();
    let good = sam("coordinate", CONTIG, &[GOOD.to_owned()]);
    let mut bytes = plain(&bam(&bench, &good));
    let ten = 10u32 << 4;
    let cigar = bytes
        .windows(4)
        .rposition(|four| four == ten.to_le_bytes())
        .unwrap();
    bytes[cigar..cigar + 4].copy_from_slice(&(12u32 << 4).to_le_bytes());
    let (error, _) = failure(bench.run("", &bytes));
    let expected = "standard input: record 1: the CIGAR spans 12 bases, the read has 10\n";
    assert!(error.ends_with(expected), "{error}");
}

#[test]
fn lines_that_are_no_records_are_named() {
    for (line, fault) in [
        (
            "r 0 d 11 60 10M * 0 0 TTAGTTTTTT *",
            "the header has no contig 'd'",
        ),
        ("r 0 c 11 60", "not a record of SAM"),
        (
            "r x c 11 60 10M * 0 0 TTAGTTTTTT *",
            "the flags x are not a number up to 65535",
        ),
        ("r 0 c 11 60 10Q * 0 0 TTAGTTTTTT *", "not a record of SAM"),
    ] {
        let error = refused("", "coordinate", &[GOOD, line, GOOD]);
        assert_eq!(error, format!("record 2, line 4: {fault}"));
    }
}

#[test]
fn what_only_begins_like_alignments_is_named() {
    for (input, fault) in [
        (&b"BAM\x02"[..], "begins with 'B'"),
        (b"BAM\x01", "the header is cut short or corrupt"),
        (
            b"BAM\x01\xff\xff\xff\xff",
            "the header is cut short or corrupt",
        ),
        (b"CRAM", "truncated CRAM"),
    ] {
        let (error, rows) = failure(bench().run("--no-header", input));
        assert!(error.contains(fault) && rows.is_empty(), "{error}");
    }
}

#[test]
fn a_read_whose_name_is_a_star_has_that_name() {
    let bench = bench();
    let nameless = GOOD.replacen('r', "*", 1);
    let input = sam("unsorted", CONTIG, &[nameless]);
    let raw = bench.rows("--reads raw --strand +", input.as_bytes());
    assert_eq!(raw, "*\t4\t5\texon_start\t1000\t+\t1\n");
    let each = bench.rows("--reads each --strand +", input.as_bytes());
    assert_eq!(each, "c\t14\t15\texon_start\t1000\t+\t1\t*\n");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn corrupt_bam_never_breaks_the_program(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        reads in prop::sample::select(vec!["consensus", "each", "raw"]),
    ) {
        let bench = bench();
        let records = ["10M", "2S8M", "4M2I4M", "5M3D5M", "5M20N5M"]
            .map(|cigar| GOOD.replace("10M", cigar));
        let mut bytes = plain(&bam(&bench, &sam("coordinate", CONTIG, &records)));
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let output = bench.run(&format!("--reads {reads}"), &bytes);
        prop_assert!(matches!(output.status.code(), Some(0 | 1)), "{:?}", output.status);
        if output.status.code() == Some(1) {
            failure(output);
        }
    }
}
