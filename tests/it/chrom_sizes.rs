//! The lengths of contigs: of an index, a header, or the bases read.

use crate::support::alignments::{bam, sam};
use crate::support::filter::{Bench, behind_ag, rows};
use crate::support::random::sequence;

fn sizes(bench: &Bench, flags: &str, input: &[u8]) -> String {
    let path = bench.path("c.sizes");
    let flags = format!("-q --chrom-sizes {} {flags}", path.display());
    rows(bench.run(&flags, input));
    bench.read("c.sizes")
}

#[test]
fn fasta_has_them_at_the_ends_of_its_records() {
    let bench = Bench::new(&behind_ag());
    let input = format!(">b x\n{}\n>a\n>c\nACGT\n", sequence(70_000, 1));
    for way in ["", "-t 1 --chunk-size 256", "-f bedgraph --raw"] {
        assert_eq!(
            sizes(&bench, way, input.as_bytes()),
            "b\t70000\na\t0\nc\t4\n"
        );
    }
    assert_eq!(sizes(&bench, "", b""), "");
}

#[test]
fn a_reference_knows_whole_lengths() {
    let bench = Bench::new(&behind_ag());
    let reference = format!(">one\n{}\n>two\n{}\n", sequence(900, 1), sequence(400, 2));
    let reference = bench.write("g.fa", reference.as_bytes());
    let flags = format!("-r {reference}");
    assert_eq!(sizes(&bench, &flags, b"two\t5\t90\n"), "two\t400\n");
    let flags = format!("-r {reference} -R two:5-9 -R one:20-30 -R one:500-510");
    assert_eq!(sizes(&bench, &flags, b""), "one\t900\ntwo\t400\n");
}

#[test]
fn so_does_the_header_of_alignments() {
    let bench = Bench::new(&behind_ag());
    let record = "r 0 c 11 60 10M * 0 0 TTAGTTTTTT ??????????".to_owned();
    let text = sam("coordinate", &[("b", 7), ("c", 60)], &[record]);
    let bam = bam(&bench, &text);
    for reads in ["consensus", "each"] {
        assert_eq!(sizes(&bench, &format!("--reads {reads}"), &bam), "c\t60\n");
    }
}

#[test]
fn of_parts_the_furthest_end_is_known() {
    let bench = Bench::new(&behind_ag());
    let input = b">c:11-14\nACGT\n>d:3-4/rc\nAC\n>c:1-2\nAC\n";
    assert_eq!(sizes(&bench, "", input), "c\t14\nd\t4\n");
}

#[test]
fn every_shard_has_those_of_all() {
    let bench = Bench::new(&behind_ag());
    let input = format!(">a\n{}\n>b\n{}\n", sequence(900, 1), sequence(400, 2));
    let input = bench.write("c.fa", input.as_bytes());
    for shard in ["1/3", "3/3"] {
        let flags = format!("--shard {shard} {input}");
        assert_eq!(sizes(&bench, &flags, b""), "a\t900\nb\t400\n");
    }
}

#[test]
fn raw_reads_are_no_contigs() {
    let bench = Bench::new(&behind_ag());
    let output = bench.run("--reads raw --chrom-sizes x", b"");
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(error.contains("--chrom-sizes: with --reads raw"), "{error}");
}

#[test]
fn a_failed_run_leaves_no_file() {
    let bench = Bench::new(&behind_ag());
    let path = bench.path("c.sizes");
    let output = bench.run(
        &format!("--chrom-sizes {}", path.display()),
        b">c\nAC\n>d\nA!\n",
    );
    assert_eq!(output.status.code(), Some(1));
    assert!(!path.exists());
}
