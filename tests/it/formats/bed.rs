//! BED6+1.

use super::{SEQUENCE, lines, refusal};
use crate::support::filter::{Bench, behind_ag};
use crate::support::onnx;

#[test]
fn bed_has_a_row_for_each_call() {
    let bench = Bench::new(&behind_ag());
    assert_eq!(
        bench.rows("", SEQUENCE),
        lines(&["c1 3 4 exon_start 1000 - 1", "c1 4 5 exon_start 1000 + 1"])
    );
}

#[test]
fn bed_with_colours_has_nine_columns() {
    let bench = Bench::new(&behind_ag());
    let expected = lines(&[
        "c1 3 4 exon_start 1000 - 3 4 0,45,100",
        "c1 4 5 exon_start 1000 + 4 5 0,90,200",
    ]);
    assert_eq!(bench.rows("--itemrgb", SEQUENCE), expected);
    let raw = bench.rows("--itemrgb --raw", SEQUENCE);
    assert!(raw.lines().all(|row| row.split('\t').count() == 9), "{raw}");
    for format in [
        "bedgraph",
        "narrowpeak",
        "gff3",
        "tsv",
        "spsc",
        "bigwig",
        "bigbed",
    ] {
        let error = refusal(&bench, &format!("--itemrgb -f {format}"));
        let reason = format!("--itemrgb: --format {format} has no column for colours; bed has");
        assert!(error.contains(&reason), "{error}");
    }
}

#[test]
fn raw_bed_has_a_row_for_each_window() {
    let bench = Bench::new(&behind_ag());
    assert_eq!(
        bench.rows("--raw", SEQUENCE),
        lines(&[
            "c1 0 1 exon_start 500 - 0.5",
            "c1 1 2 exon_start 500 - 0.5",
            "c1 2 3 exon_start 500 + 0.5",
            "c1 2 3 exon_start 500 - 0.5",
            "c1 3 4 exon_start 500 + 0.5",
            "c1 3 4 exon_start 1000 - 1",
            "c1 4 5 exon_start 1000 + 1",
            "c1 4 5 exon_start 750 - 0.75",
            "c1 5 6 exon_start 500 + 0.5",
            "c1 6 7 exon_start 500 + 0.5",
        ])
    );
}

#[test]
fn min_score_is_on_the_probability() {
    let bench = Bench::new(&behind_ag());
    assert_eq!(
        bench.rows("--raw --min-score 0.75", SEQUENCE),
        lines(&[
            "c1 3 4 exon_start 1000 - 1",
            "c1 4 5 exon_start 1000 + 1",
            "c1 4 5 exon_start 750 - 0.75",
        ])
    );
    // The window at 4 is suppressed by the better one beside it.
    assert_eq!(
        bench.rows("--min-score 0.75 --strand -", SEQUENCE),
        lines(&["c1 3 4 exon_start 1000 - 1"])
    );
}

#[test]
fn strand_chooses_one() {
    let bench = Bench::new(&behind_ag());
    for (strand, row) in [
        ("+", "c1 4 5 exon_start 1000 + 1"),
        ("-", "c1 3 4 exon_start 1000 - 1"),
    ] {
        assert_eq!(
            bench.rows(&format!("--strand {strand}"), SEQUENCE),
            lines(&[row])
        );
    }
}

#[test]
fn a_region_spans_its_windows() {
    let mut model = behind_ag();
    onnx::set(&mut model, "calls", "region");
    onnx::set(&mut model, "distance", "4");
    let bench = Bench::new(&model);
    // Windows behind AG report on 2, 6, 13 and 18.
    let input = b">c\nAGTTAGTTTTTAGTTTAGT\n";
    assert_eq!(
        bench.rows("--strand +", input),
        lines(&[
            "c 2 7 exon_start 1000 + 1",
            "c 13 14 exon_start 1000 + 1",
            "c 18 19 exon_start 1000 + 1",
        ])
    );
}

#[test]
fn a_symmetric_model_scores_the_mean_of_both_strands() {
    let mut model = behind_ag();
    onnx::set(&mut model, "strand", "symmetric");
    onnx::set(&mut model, "anchor", "1");
    let bench = Bench::new(&model);
    // Forward logits are 0 0 10 0 0, those of the reverse strand 0 0 0 10 5.
    assert_eq!(
        bench.rows("--raw --min-score 0", SEQUENCE),
        lines(&[
            "c1 1 2 exon_start 500 . 0.5",
            "c1 2 3 exon_start 500 . 0.5",
            "c1 3 4 exon_start 750 . 0.75",
            "c1 4 5 exon_start 750 . 0.75",
            "c1 5 6 exon_start 625 . 0.625",
        ])
    );
}

#[test]
fn values_are_written_as_they_are() {
    let mut model = behind_ag();
    onnx::set(&mut model, "output", "value");
    onnx::set(&mut model, "calibration", "[]");
    onnx::set(&mut model, "threshold", "[5]");
    onnx::set(&mut model, "labels", "level");
    let bench = Bench::new(&model);
    assert_eq!(
        bench.rows("--strand +", SEQUENCE),
        lines(&["c1 4 5 level 1000 + 10"])
    );
    assert_eq!(
        bench
            .rows("--strand + --raw --min-score -1", SEQUENCE)
            .lines()
            .next(),
        Some("c1\t2\t3\tlevel\t0\t+\t0")
    );
}

#[test]
fn two_models_share_a_sorted_file() {
    let bench = Bench::new(&behind_ag());
    let mut other = behind_ag();
    onnx::set(&mut other, "name", "other");
    onnx::set(&mut other, "labels", "site");
    onnx::set(&mut other, "anchor", "1");
    let other = bench.write("other.onnx", &onnx::bytes(&other));
    assert_eq!(
        bench.rows(&format!("-m {other}"), SEQUENCE),
        lines(&[
            "c1 3 4 exon_start 1000 - 1",
            "c1 3 4 site 1000 + 1",
            "c1 4 5 exon_start 1000 + 1",
            "c1 4 5 site 1000 - 1",
        ])
    );
}
