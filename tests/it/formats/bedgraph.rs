//! bedGraph.

use super::{SEQUENCE, lines};
use crate::support::filter::{Bench, behind_ag, rows};

#[test]
fn bedgraph_merges_equal_neighbours() {
    let bench = Bench::new(&behind_ag());
    for (strand, expected) in [
        ("+", ["c1 2 4 0.5", "c1 4 5 1", "c1 5 7 0.5"]),
        ("-", ["c1 0 3 0.5", "c1 3 4 1", "c1 4 5 0.75"]),
    ] {
        let flags = format!("-f bedgraph --raw --strand {strand}");
        assert_eq!(bench.rows(&flags, SEQUENCE), lines(&expected));
    }
}

#[test]
fn bedgraph_merges_across_the_borders_of_chunks() {
    let bench = Bench::new(&behind_ag());
    let input = format!(">c\n{}\n", "T".repeat(2000));
    assert_eq!(
        bench.rows(
            "-f bedgraph --raw --strand + --chunk-size 256",
            input.as_bytes()
        ),
        lines(&["c 2 2000 0.5"])
    );
}

#[test]
fn bedgraph_covers_the_stride_and_ends_with_the_record() {
    let bench = Bench::new(&behind_ag());
    assert_eq!(
        bench.rows("-f bedgraph --raw --strand + -s 4", b">c\nAGATAGAT\n"),
        lines(&["c 2 8 1"])
    );
}

#[test]
fn bedgraph_of_calls_has_the_calls() {
    let bench = Bench::new(&behind_ag());
    assert_eq!(bench.rows("-f bedgraph", SEQUENCE), lines(&["c1 4 5 1"]));
}

#[test]
fn bedgraph_has_no_header() {
    let bench = Bench::new(&behind_ag());
    let output = bench.run("-f bedgraph --raw --strand +", SEQUENCE);
    assert!(rows(output).starts_with("c1\t"));
}
