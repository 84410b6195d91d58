//! Output is exact to the byte, on both strands.

mod support;

use support::filter::{Bench, behind_ag, rows, run};
use support::onnx;

/// The reverse complement is AAGCTAA.
const SEQUENCE: &[u8] = b">c1 a contig\nTTAGCTT\n";

fn lines(rows: &[&str]) -> String {
    rows.iter()
        .map(|row| row.replace(' ', "\t") + "\n")
        .collect()
}

#[test]
fn bed_has_a_row_for_each_call() {
    let bench = Bench::new(&behind_ag());
    assert_eq!(
        bench.rows("", SEQUENCE),
        lines(&[
            "c1 3 4 exon_start 1000 - 1.0000",
            "c1 4 5 exon_start 1000 + 1.0000"
        ])
    );
}

#[test]
fn raw_bed_has_a_row_for_each_window() {
    let bench = Bench::new(&behind_ag());
    assert_eq!(
        bench.rows("--raw", SEQUENCE),
        lines(&[
            "c1 0 1 exon_start 500 - 0.5000",
            "c1 1 2 exon_start 500 - 0.5000",
            "c1 2 3 exon_start 500 + 0.5000",
            "c1 2 3 exon_start 500 - 0.5000",
            "c1 3 4 exon_start 500 + 0.5000",
            "c1 3 4 exon_start 1000 - 1.0000",
            "c1 4 5 exon_start 1000 + 1.0000",
            "c1 4 5 exon_start 750 - 0.7500",
            "c1 5 6 exon_start 500 + 0.5000",
            "c1 6 7 exon_start 500 + 0.5000",
        ])
    );
}

#[test]
fn min_score_is_on_the_probability() {
    let bench = Bench::new(&behind_ag());
    assert_eq!(
        bench.rows("--raw --min-score 0.75", SEQUENCE),
        lines(&[
            "c1 3 4 exon_start 1000 - 1.0000",
            "c1 4 5 exon_start 1000 + 1.0000",
            "c1 4 5 exon_start 750 - 0.7500",
        ])
    );
    // The window at 4 is suppressed by the better one beside it.
    assert_eq!(
        bench.rows("--min-score 0.75 --strand -", SEQUENCE),
        lines(&["c1 3 4 exon_start 1000 - 1.0000"])
    );
}

#[test]
fn strand_chooses_one() {
    let bench = Bench::new(&behind_ag());
    for (strand, row) in [
        ("+", "c1 4 5 exon_start 1000 + 1.0000"),
        ("-", "c1 3 4 exon_start 1000 - 1.0000"),
    ] {
        assert_eq!(
            bench.rows(&format!("--strand {strand}"), SEQUENCE),
            lines(&[row])
        );
    }
}

#[test]
fn bedgraph_merges_equal_neighbours() {
    let bench = Bench::new(&behind_ag());
    for (strand, expected) in [
        ("+", ["c1 2 4 0.5000", "c1 4 5 1.0000", "c1 5 7 0.5000"]),
        ("-", ["c1 0 3 0.5000", "c1 3 4 1.0000", "c1 4 5 0.7500"]),
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
        lines(&["c 2 2000 0.5000"])
    );
}

#[test]
fn bedgraph_covers_the_stride_and_ends_with_the_record() {
    let bench = Bench::new(&behind_ag());
    assert_eq!(
        bench.rows("-f bedgraph --raw --strand + -s 4", b">c\nAGATAGAT\n"),
        lines(&["c 2 8 1.0000"])
    );
}

#[test]
fn bedgraph_of_calls_has_the_calls() {
    let bench = Bench::new(&behind_ag());
    assert_eq!(
        bench.rows("-f bedgraph", SEQUENCE),
        lines(&["c1 4 5 1.0000"])
    );
}

#[test]
fn bedgraph_has_no_header() {
    let bench = Bench::new(&behind_ag());
    let output = bench.run("-f bedgraph --raw --strand +", SEQUENCE);
    assert!(rows(output).starts_with("c1\t"));
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
            "c 2 7 exon_start 1000 + 1.0000",
            "c 13 14 exon_start 1000 + 1.0000",
            "c 18 19 exon_start 1000 + 1.0000",
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
            "c1 1 2 exon_start 500 . 0.5000",
            "c1 2 3 exon_start 500 . 0.5000",
            "c1 3 4 exon_start 750 . 0.7500",
            "c1 4 5 exon_start 750 . 0.7500",
            "c1 5 6 exon_start 625 . 0.6250",
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
        lines(&["c1 4 5 level 1000 + 10.0000"])
    );
    assert_eq!(
        bench
            .rows("--strand + --raw --min-score -1", SEQUENCE)
            .lines()
            .next(),
        Some("c1\t2\t3\tlevel\t0\t+\t0.0000")
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
            "c1 3 4 exon_start 1000 - 1.0000",
            "c1 3 4 site 1000 + 1.0000",
            "c1 4 5 exon_start 1000 + 1.0000",
            "c1 4 5 site 1000 - 1.0000",
        ])
    );
}

#[test]
fn the_header_tells_tool_command_model_and_parameters() {
    let bench = Bench::new(&behind_ag());
    let text = rows(bench.run("-t 2 --chunk-size 999 -s 2", SEQUENCE));
    let header: Vec<_> = text.lines().filter(|line| line.starts_with('#')).collect();
    assert_eq!(header[0], concat!("# windrow ", env!("CARGO_PKG_VERSION")));
    assert!(
        header[1].starts_with("# command: windrow --model "),
        "{text}"
    );
    assert!(header[1].ends_with(" --stride 2"), "{text}");
    assert!(header[2].starts_with("# model: matrix sha256="), "{text}");
    assert!(header[2].ends_with(" license=MIT assembly=none"), "{text}");
    assert_eq!(header[3], "# parameters: matrix stride=2 exon_start>=0.9");
    assert_eq!(
        header[4],
        "# parameters: rows=calls strand=both max-n=0 softmask=score"
    );
    assert_eq!(
        header[5],
        "# columns: contig start end label score strand value"
    );
    assert_eq!(header.len(), 6);
}

#[test]
fn a_run_without_records_is_a_header() {
    let bench = Bench::new(&behind_ag());
    let output = bench.run("", b"");
    let warning = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        warning.starts_with("windrow: warning: standard input is empty\n"),
        "{warning}"
    );
    assert!(rows(output).lines().all(|line| line.starts_with('#')));
}

#[test]
fn output_goes_to_the_file_named() {
    let bench = Bench::new(&behind_ag());
    let path = bench.path("out.bed");
    let output = bench.run(&format!("--no-header -o {}", path.display()), SEQUENCE);
    assert_eq!(rows(output), "");
    assert_eq!(bench.read("out.bed"), bench.rows("", SEQUENCE));
}

#[test]
fn quiet_says_nothing() {
    let bench = Bench::new(&behind_ag());
    for input in [SEQUENCE, b""] {
        let output = run(&["-q", "-m", &bench.model], input);
        assert!(output.status.success() && output.stderr.is_empty());
    }
}
