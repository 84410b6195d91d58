//! narrowPeak.

use super::{SEQUENCE, lines, refusal};
use crate::support::filter::{Bench, behind_ag};
use crate::support::onnx;

#[test]
fn a_point_is_its_own_summit() {
    let bench = Bench::new(&behind_ag());
    assert_eq!(
        bench.rows("-f narrowpeak", SEQUENCE),
        lines(&[
            "c1 3 4 exon_start 1000 - 1 -1 -1 0",
            "c1 4 5 exon_start 1000 + 1 -1 -1 0",
        ])
    );
}

#[test]
fn the_summit_of_a_region_is_its_leftmost_best_window() {
    let mut model = behind_ag();
    onnx::set(&mut model, "calls", "region");
    onnx::set(&mut model, "distance", "4");
    let bench = Bench::new(&model);
    // Windows over 0.75 report on 2 and 5 (AG in front) forward, and on 0, 3 and 4 reversed.
    assert_eq!(
        bench.rows("-f narrowpeak --min-score 0.75", b">c\nATTAGTT\n"),
        lines(&[
            "c 0 5 exon_start 750 - 0.75 -1 -1 0",
            "c 2 6 exon_start 1000 + 1 -1 -1 3",
        ])
    );
}

#[test]
fn it_has_no_place_for_windows_or_names() {
    let bench = Bench::new(&behind_ag());
    for (flags, flag) in [
        ("--raw", "--raw"),
        ("--names", "--names"),
        ("--reads each", "--reads each"),
    ] {
        let error = refusal(&bench, &format!("-f narrowpeak {flags}"));
        assert!(
            error.contains(flag) && error.contains("--format narrowpeak"),
            "{error}"
        );
    }
}
