//! Alignments: consensus, each read along its contig, and raw reads.

use crate::support::alignments::{bam, sam, written};
use crate::support::filter::{Bench, behind_ag, rows, run};
use serde_json::Value as Json;

/// A letter of the background: neither A nor G, which the model looks for.
const CONTIG: &[(&str, usize)] = &[("c", 60)];

fn bench() -> Bench {
    Bench::new(&behind_ag())
}

/// A record of good mapping quality whose bases all have quality 30.
fn record(name: &str, flags: u16, contig: &str, start: usize, cigar: &str, bases: &str) -> String {
    let qualities = "?".repeat(bases.len());
    format!("{name} {flags} {contig} {start} 60 {cigar} * 0 0 {bases} {qualities}")
}

fn aligned(start: usize, cigar: &str, bases: &str) -> String {
    record("r", 0, "c", start, cigar, bases)
}

/// Rows as `contig:start strand`.
fn calls(rows: &str) -> Vec<String> {
    let call = |row: &str| {
        let columns: Vec<_> = row.split('\t').collect();
        format!("{}:{}{}", columns[0], columns[1], columns[5])
    };
    rows.lines().map(call).collect()
}

fn stats(bench: &Bench, flags: &str, input: &str) -> Json {
    let path = bench.path("stats.json");
    let flags = format!("{flags} --stats {}", path.display());
    rows(bench.run(&flags, input.as_bytes()));
    serde_json::from_str(&bench.read("stats.json")).unwrap()
}

#[test]
fn a_consensus_is_scored_in_coordinates_of_the_contig() {
    let bench = bench();
    // AG at 12..14 of the contig, so an exon start at 14.
    let three = vec![aligned(11, "10M", "TTAGTTTTTT"); 3];
    let input = sam("coordinate", CONTIG, &three);
    assert_eq!(
        bench.rows("--strand +", input.as_bytes()),
        "c\t14\t15\texon_start\t1000\t+\t1\n"
    );
    let as_fasta = bench.rows("--strand + --raw", b">c\nTTAGTTTTTT\n");
    let raw = bench.rows("--strand + --raw", input.as_bytes());
    let values = |rows: &str| -> Vec<String> {
        let value = |row: &str| row.rsplit('\t').next().unwrap().to_owned();
        rows.lines().map(value).collect()
    };
    assert_eq!(values(&raw), values(&as_fasta));
}

#[test]
fn bam_cram_and_sam_from_a_file_or_a_pipe_give_the_same_rows() {
    let bench = bench();
    let contig = "TTAGTTTTTTCCAGTCTCTTTTTCTTTTAGCTCTTTTTCTTTCTAGTTTTTTTTTTTTTT";
    let reference = bench.write("c.fa", format!(">c\n{contig}\n").as_bytes());
    bench.write("c.fa.fai", b"c\t60\t3\t60\t61\n");
    let tiles = (0..=20).flat_map(|start| {
        let bases = &contig[start * 2..start * 2 + 20];
        vec![aligned(start * 2 + 1, "20M", bases); 2]
    });
    let text = sam("coordinate", CONTIG, &tiles.collect::<Vec<_>>());
    let forward = bench.rows("--strand +", text.as_bytes());
    assert_eq!(calls(&forward), ["c:4+", "c:14+", "c:30+", "c:46+"]);
    let expected = bench.rows("", text.as_bytes());
    let bam = bam(&bench, &text);
    let cram = written(&bench, &text, "wc", Some(&reference));
    assert!(bam.starts_with(b"\x1f\x8b") && cram.starts_with(b"CRAM"));
    let with_reference = format!("-r {reference}");
    for (bytes, flags) in [
        (text.as_bytes(), ""),
        (&bam, ""),
        (&cram, with_reference.as_str()),
    ] {
        assert_eq!(bench.rows(flags, bytes), expected);
        let file = bench.write("input", bytes);
        assert_eq!(bench.rows(&format!("{flags} {file}"), b""), expected);
    }
}

#[test]
fn low_coverage_is_unknown() {
    let bench = bench();
    let two = vec![aligned(11, "10M", "TTAGTTTTTT"); 2];
    let input = sam("coordinate", CONTIG, &two);
    assert_eq!(bench.rows("", input.as_bytes()), "");
    assert_eq!(
        calls(&bench.rows("--min-depth 2", input.as_bytes())),
        ["c:14+"]
    );
    let counts = &stats(&bench, "", &input)["models"][0];
    assert_eq!(counts["unscored_bases"]["unknown_bases"], 6);
    assert_eq!(counts["unscored_bases"]["contig_end"], 4);
}

#[test]
fn of_a_heterozygous_site_the_heavier_allele_is_taken() {
    let bench = bench();
    let (site, other) = ("TTAGTTTTTT", "TTACTTTTTT");
    let reads = [site, site, other, site, other].map(|bases| aligned(11, "10M", bases));
    let input = sam("coordinate", CONTIG, &reads);
    assert_eq!(calls(&bench.rows("", input.as_bytes())), ["c:14+"]);
    // The share is 0.6.
    assert_eq!(
        calls(&bench.rows("--min-fraction 0.6", input.as_bytes())),
        ["c:14+"]
    );
    assert_eq!(bench.rows("--min-fraction 0.61", input.as_bytes()), "");
    // Two good bases outweigh three poor ones.
    let poor = |bases: &str| format!("r 0 c 11 60 10M * 0 0 {bases} ++++++++++");
    let reads = [site, site, site].map(poor).into_iter();
    let reads = reads.chain([other, other].map(|bases| aligned(11, "10M", bases)));
    let input = sam("coordinate", CONTIG, &reads.collect::<Vec<_>>());
    assert_eq!(bench.rows("--strand +", input.as_bytes()), "");
}

#[test]
fn a_deletion_is_a_gap_and_an_insertion_is_left_out() {
    let bench = bench();
    let deleted = vec![aligned(11, "4M2D6M", "TTAGTTTTTT"); 3];
    let input = sam("coordinate", CONTIG, &deleted);
    let raw = calls(&bench.rows("--raw --strand +", input.as_bytes()));
    // No window reaches over the two bases at 14.
    assert_eq!(raw, ["c:12+", "c:13+", "c:18+", "c:19+", "c:20+", "c:21+"]);
    let inserted = vec![aligned(11, "3M4I3M", "TTACCCCGTT"); 3];
    let input = sam("coordinate", CONTIG, &inserted);
    assert_eq!(calls(&bench.rows("", input.as_bytes())), ["c:14+"]);
    assert_eq!(stats(&bench, "", &input)["reads"]["inserted_bases"], 12);
}

#[test]
fn a_skip_parts_two_stretches() {
    let bench = bench();
    let spliced = vec![aligned(11, "4M20N6M", "TTAGTTTTTT"); 3];
    let input = sam("coordinate", CONTIG, &spliced);
    let raw = calls(&bench.rows("--raw --strand +", input.as_bytes()));
    assert_eq!(raw, ["c:12+", "c:13+", "c:36+", "c:37+", "c:38+", "c:39+"]);
    assert_eq!(stats(&bench, "", &input)["records"], 2);
}

#[test]
fn contigs_come_in_the_order_of_the_file() {
    let bench = bench();
    let contigs = [("c2", 30), ("c10", 30), ("c1", 30)];
    let on = |contig: &str| vec![record("r", 0, contig, 1, "10M", "TTAGTTTTTT"); 3];
    let records = [on("c2"), on("c1")].concat();
    let input = sam("coordinate", &contigs, &records);
    assert_eq!(calls(&bench.rows("", input.as_bytes())), ["c2:4+", "c1:4+"]);
}

#[test]
fn filters_are_those_of_samtools() {
    let bench = bench();
    let good = vec![aligned(11, "10M", "TTAGTTTTTT"); 3];
    let scored = |flags: &str, records: &[String]| {
        !bench
            .rows(flags, sam("coordinate", CONTIG, records).as_bytes())
            .is_empty()
    };
    assert!(scored("", &good));
    for flag in [0x4, 0x100, 0x200, 0x400, 0x800] {
        let flagged = [
            &good[..2],
            &[record("r", flag, "c", 11, "10M", "TTAGTTTTTT")],
        ]
        .concat();
        assert!(!scored("", &flagged), "{flag}");
        assert_eq!(scored("-F 0", &flagged), flag != 4, "{flag}");
    }
    let reverse = vec![record("r", 16, "c", 11, "10M", "TTAGTTTTTT"); 3];
    assert!(scored("-F 0x4", &reverse) && !scored("-F 020", &reverse));
    assert!(scored("--require-flags 16", &reverse) && !scored("--require-flags 0x30", &reverse));
    assert!(scored("--min-mapq 60", &good) && !scored("--min-mapq 61", &good));
    let counts = stats(&bench, "--min-mapq 61", &sam("coordinate", CONTIG, &good));
    assert_eq!(counts["reads"]["filtered"], 3);
}

#[test]
fn reads_without_sequence_are_counted() {
    let bench = bench();
    let bare = "r 0 c 11 60 10M * 0 0 * *".to_owned();
    let records = [vec![bare], vec![aligned(11, "10M", "TTAGTTTTTT"); 3]].concat();
    for reads in ["consensus", "each", "raw"] {
        let input = sam("coordinate", CONTIG, &records);
        let counts = stats(&bench, &format!("--reads {reads}"), &input);
        assert_eq!(counts["reads"]["without_sequence"], 1, "{reads}");
        assert_eq!(counts["reads"]["records"], 4, "{reads}");
    }
}

#[test]
fn each_read_is_projected_onto_its_contig() {
    let bench = bench();
    let records = [
        record("plain", 0, "c", 11, "10M", "TTAGTTTTTT"),
        // On the reverse strand the stored bases are those of the forward one.
        record("reverse", 16, "c", 21, "10M", "TTAGTTTTTT"),
        record("pair", 0x41, "c", 11, "2S4M10N4M", "TTAGTTAGTT"),
    ];
    let input = sam("unsorted", CONTIG, &records);
    assert_eq!(
        bench.rows("--reads each", input.as_bytes()),
        "c\t14\t15\texon_start\t1000\t+\t1\tplain\n\
         c\t24\t25\texon_start\t1000\t+\t1\treverse\n\
         c\t12\t13\texon_start\t1000\t+\t1\tpair/1\n\
         c\t26\t27\texon_start\t1000\t+\t1\tpair/1\n"
    );
    let header = rows(bench.run("--reads each", input.as_bytes()));
    assert!(header.contains("columns: contig start end label score strand value name\n"));
}

#[test]
fn what_is_not_aligned_has_no_place() {
    let bench = bench();
    // The base behind AG is the first of the insertion.
    let input = sam("unsorted", CONTIG, &[aligned(11, "4M3I3M", "TTAGTTTTTT")]);
    assert_eq!(bench.rows("--reads each", input.as_bytes()), "");
    let raw = calls(&bench.rows("--reads each --raw --strand +", input.as_bytes()));
    assert_eq!(raw, ["c:12+", "c:13+", "c:14+", "c:15+", "c:16+"]);
    let counts = &stats(&bench, "--reads each --strand +", &input)["models"][0];
    assert_eq!(
        (&counts["windows"], &counts["windows_without_place"]),
        (&8.into(), &3.into())
    );
}

#[test]
fn unscored_bases_of_a_read_are_named_by_it() {
    let bench = bench();
    let input = sam("unsorted", CONTIG, &[aligned(11, "10M", "TTANTTTTTT")]);
    let path = bench.path("unscored.bed");
    let flags = format!("--reads each --unscored {}", path.display());
    rows(bench.run(&flags, input.as_bytes()));
    let expected = [
        "r 0 2 contig_end",
        "r 2 6 unknown_bases",
        "r 8 10 contig_end",
    ];
    let expected: String = expected
        .iter()
        .map(|row| format!("{}\tmatrix\n", row.replace(' ', "\t")))
        .collect();
    assert_eq!(bench.read("unscored.bed"), expected);
}

#[test]
fn raw_reads_are_scored_as_they_were_sequenced() {
    let bench = bench();
    let records = [
        record("mapped", 0x91, "c", 11, "10M", "AAAAAACTAA"),
        record("unmapped", 4, "*", 0, "*", "TTAGTTTTTT"),
        record("secondary", 0x100, "c", 11, "10M", "TTAGTTTTTT"),
    ];
    let input = sam("unsorted", CONTIG, &records);
    let as_fastq = "@mapped/2\nTTAGTTTTTT\n+\n??????????\n@unmapped\nTTAGTTTTTT\n+\n??????????\n";
    let expected = bench.rows("", as_fastq.as_bytes());
    assert_eq!(calls(&expected), ["mapped/2:4+", "unmapped:4+"]);
    assert_eq!(bench.rows("--reads raw", input.as_bytes()), expected);
    assert_eq!(
        calls(&bench.rows("--reads raw --require-flags 4", input.as_bytes())),
        ["unmapped:4+"]
    );
}

#[test]
fn inputs_of_all_kinds_are_read_in_the_order_given() {
    let bench = bench();
    let three = vec![aligned(11, "10M", "TTAGTTTTTT"); 3];
    let text = sam("coordinate", CONTIG, &three);
    let first = bench.write("first.fa", b">f\nTTAGTTTTTT\n");
    let second = bench.write("second", &bam(&bench, &text));
    let third = bench.write("third.fq", b"@q\nTTAGTTTTTT\n+\nIIIIIIIIII\n");
    let flags = format!("{first} {second} - {third}");
    let found = bench.rows(&flags, text.as_bytes());
    assert_eq!(calls(&found), ["f:4+", "c:14+", "c:14+", "q:4+"]);
}

#[test]
fn threads_and_chunks_do_not_show() {
    let bench = bench();
    let letters = b"ACGT";
    let tiles: Vec<_> = (0..400)
        .map(|tile| {
            let base = |at: usize| char::from(letters[(at * at + at / 3) % 4]);
            let bases: String = (tile * 5..tile * 5 + 50).map(base).collect();
            aligned(tile * 5 + 1, "50M", &bases)
        })
        .collect();
    let input = sam("coordinate", &[("c", 3000)], &tiles);
    for flags in [
        "",
        "--raw",
        "--reads each",
        "--reads each --raw",
        "--reads raw",
    ] {
        let expected = bench.rows(&format!("{flags} -t 1"), input.as_bytes());
        assert!(expected.lines().count() > 50, "{flags}");
        for more in ["-t 2 --chunk-size 256", "-t 3 --chunk-size 1000"] {
            let found = bench.rows(&format!("{flags} {more}"), input.as_bytes());
            assert!(found == expected, "{flags} {more}");
        }
    }
}

#[test]
fn memory_depends_on_neither_depth_nor_length() {
    let bench = bench();
    let bases = "ACGT".repeat(25);
    let peak = |reads: usize, apart: usize| {
        let read = |number: usize| aligned(number * apart + 1, "100M", &bases);
        let reads: Vec<_> = (0..reads).map(read).collect();
        let input = sam("coordinate", &[("c", 250_000_000)], &reads);
        let stats = stats(&bench, "-t 1 --chunk-size 1000", &input);
        stats["peak_memory_bytes"].as_u64().unwrap()
    };
    let little = peak(10, 50);
    for (reads, apart) in [(100_000, 0), (50_000, 50), (50_000, 4900)] {
        let more = peak(reads, apart);
        assert!(
            more < little + (8 << 20),
            "{reads} {apart}: {little} {more}"
        );
    }
}

#[test]
fn rows_of_reads_are_bed_only() {
    for reads in ["each", "raw"] {
        let output = run(&["--reads", reads, "-f", "bedgraph", "-"], b"");
        assert_eq!(output.status.code(), Some(2));
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(
            error.contains("--reads") && error.contains("bedgraph"),
            "{error}"
        );
    }
}
