//! Lines for browsers.

use super::{SEQUENCE, lines, refusal};
use crate::support::filter::{Bench, behind_ag, rows};
use crate::support::onnx;

const VERSION: &str = concat!("windrow ", env!("CARGO_PKG_VERSION"));

#[test]
fn bed_below_a_track_line_has_six_columns() {
    let bench = Bench::new(&behind_ag());
    let calls = lines(&["c1 3 4 exon_start 1000 -", "c1 4 5 exon_start 1000 +"]);
    let track =
        format!("track name=\"matrix\" description=\"exon_start, {VERSION}\" useScore=1\n{calls}");
    assert_eq!(bench.rows("--track", SEQUENCE), track);
    let text = rows(bench.run("--track", SEQUENCE));
    let (header, below) = text.split_at(text.find("\ntrack").unwrap() + 1);
    assert!(header.lines().all(|line| line.starts_with('#')), "{header}");
    assert!(
        header.ends_with("# columns: contig start end label score strand\n"),
        "{header}"
    );
    assert_eq!(below, track);
}

#[test]
fn a_track_of_colours_says_so() {
    let bench = Bench::new(&behind_ag());
    let rows = bench.rows("--itemrgb", SEQUENCE);
    let expected =
        format!("track name=\"matrix\" description=\"exon_start, {VERSION}\" itemRgb=On\n{rows}");
    assert_eq!(bench.rows("--itemrgb --track", SEQUENCE), expected);
}

#[test]
fn the_scale_of_probabilities_goes_from_0_to_1() {
    let bench = Bench::new(&behind_ag());
    for strand in ["+", "-"] {
        let text = bench.rows(&format!("-f bedgraph --track --strand {strand}"), SEQUENCE);
        let at = if strand == "+" { 4 } else { 3 };
        let expected = format!(
            "track type=bedGraph name=\"matrix {strand}\" \
             description=\"exon_start {strand}, {VERSION}\" \
             visibility=full autoScale=on\nc1\t{at}\t{}\t1\n",
            at + 1
        );
        assert_eq!(text, expected);
    }
    let mut values = behind_ag();
    onnx::set(&mut values, "output", "value");
    onnx::set(&mut values, "calibration", "[]");
    let text = Bench::new(&values).rows("-f bedgraph --track", SEQUENCE);
    assert!(text.contains(" autoScale=on\n"), "{text}");
}

#[test]
fn narrowpeak_has_a_type_of_its_own() {
    let bench = Bench::new(&behind_ag());
    let expected = format!(
        "track type=narrowPeak name=\"matrix\" description=\"exon_start, {VERSION}\" \
         visibility=pack\n"
    );
    let text = bench.rows("-f narrowpeak --track", SEQUENCE);
    assert!(text.starts_with(&expected), "{text}");
    assert_eq!(
        text[expected.len()..],
        bench.rows("-f narrowpeak", SEQUENCE)
    );
}

#[test]
fn only_the_first_shard_has_the_line() {
    let bench = Bench::new(&behind_ag());
    let input = bench.write("c.fa", SEQUENCE);
    let whole = bench.rows(&format!("--track {input}"), b"");
    let shards =
        ["1/2", "2/2"].map(|shard| bench.rows(&format!("--track --shard {shard} {input}"), b""));
    assert_eq!(shards.concat(), whole);
}

#[test]
fn what_is_no_track_has_no_track_line() {
    let bench = Bench::new(&behind_ag());
    for format in ["gff3", "tsv", "spsc"] {
        let error = refusal(&bench, &format!("--track -f {format}"));
        let reason = format!("--track: --format {format} is not a format of tracks");
        assert!(error.contains(&reason), "{error}");
    }
    let error = refusal(&bench, "--itemrgb --names");
    assert!(
        error.contains("--names: --format bed with --itemrgb has no column"),
        "{error}"
    );
    for flag in ["--names", "--reads each"] {
        let error = refusal(&bench, &format!("--track {flag}"));
        assert!(
            error.contains(&format!("{flag}: --format bed with --track has no column")),
            "{error}"
        );
    }
}
