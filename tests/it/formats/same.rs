//! All formats have the same calls.

use crate::support::filter::{Bench, behind_ag};
use crate::support::onnx;
use crate::support::random::sequence;

/// Contig, start, end, strand and value of a row, in the terms of BED.
type Row = (String, usize, usize, String, String);

/// Rows of a format whose columns contig, start, end, strand and value are numbered so, from 0.
/// Its starts count from `first`.
fn rows(text: &str, columns: [usize; 5], first: usize) -> Vec<Row> {
    let row = |line: &str| {
        let fields: Vec<_> = line.split('\t').collect();
        let [contig, start, end, strand, value] = columns.map(|column| fields[column].to_owned());
        let start: usize = start.parse().unwrap();
        (contig, start - first, end.parse().unwrap(), strand, value)
    };
    text.lines().map(row).collect()
}

fn same(bench: &Bench, input: &[u8], flags: &str) {
    let of = |format: &str| bench.rows(&format!("-f {format} {flags}"), input);
    let bed = rows(&of("bed"), [0, 1, 2, 5, 6], 0);
    assert!(bed.len() > 100);
    assert_eq!(rows(&of("tsv"), [0, 1, 2, 4, 5], 0), bed);
    assert_eq!(rows(&of("gff3"), [0, 3, 4, 6, 5], 1), bed);
    if !flags.contains("--raw") {
        let peaks = of("narrowpeak");
        assert_eq!(rows(&peaks, [0, 1, 2, 5, 6], 0), bed);
        let table = of("tsv");
        // The summit of the one counts from the start, that of the other from the contig's.
        for ((peak, row), call) in peaks.lines().zip(table.lines()).zip(&bed) {
            let offset: usize = peak.rsplit('\t').next().unwrap().parse().unwrap();
            let summit: usize = row.split('\t').nth(6).unwrap().parse().unwrap();
            assert_eq!(call.1 + offset, summit);
            assert!((call.1..call.2).contains(&summit));
        }
    }
    for strand in ["+", "-"] {
        let track = bench.rows(&format!("-f bedgraph --strand {strand} {flags}"), input);
        // Neighbours of equal value are one row of a track: compared base by base.
        let bases = |rows: &mut dyn Iterator<Item = (usize, usize, String)>| -> Vec<_> {
            let each = |(start, end, value): (usize, usize, String)| {
                (start..end).map(move |at| (at, value.clone()))
            };
            rows.flat_map(each).collect()
        };
        let found = rows(&track, [0, 1, 2, 0, 3], 0);
        let expected = bed.iter().filter(|row| row.3 == strand).cloned();
        assert_eq!(
            bases(&mut found.into_iter().map(|row| (row.1, row.2, row.4))),
            bases(&mut expected.map(|row| (row.1, row.2, row.4))),
            "{flags} {strand}"
        );
    }
}

#[test]
fn points_regions_and_windows() {
    let input = format!(">c\n{}\n", sequence(4_000, 3));
    let mut regions = behind_ag();
    onnx::set(&mut regions, "calls", "region");
    onnx::set(&mut regions, "distance", "3");
    for model in [behind_ag(), regions] {
        let bench = Bench::new(&model);
        for flags in ["--min-score 0.7", "--raw", "--raw --min-score 0.7"] {
            same(&bench, input.as_bytes(), flags);
        }
    }
}

#[test]
fn splice_scores_are_those_of_the_windows() {
    let mut model = behind_ag();
    onnx::set(
        &mut model,
        "calibration",
        "[[[0,0.00001],[5,0.002],[10,0.016]]]",
    );
    let bench = Bench::new(&model);
    let input = format!(">c\n{}\n", sequence(4_000, 3));
    let expected = |(contig, start, _, strand, value): Row| {
        let offset = if strand == "-" { start + 1 } else { start };
        let score = match value.as_str() {
            "0.002" => 2,
            "0.016" => 8,
            other => panic!("{other}"),
        };
        format!("{contig}\t{offset}\t{strand}\tA\t{score}\n")
    };
    let windows = bench.rows("--raw --min-score 0.0001", input.as_bytes());
    let expected: String = rows(&windows, [0, 1, 2, 5, 6], 0)
        .into_iter()
        .map(expected)
        .collect();
    assert!(expected.lines().count() > 100);
    assert_eq!(bench.rows("-f spsc", input.as_bytes()), expected);
}
