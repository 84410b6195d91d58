//! Splice scores, as minisplice writes them.

use crate::support::filter::{Bench, behind_ag, rows};
use crate::support::onnx;
use crate::{SEQUENCE, lines, refusal};

/// The probability is 0.016 behind AG, 0.002 behind one of its letters, else nearly none.
fn rare() -> Bench {
    let mut model = behind_ag();
    let calibration = "[[[0,0.00001],[5,0.002],[10,0.016]]]";
    onnx::set(&mut model, "calibration", calibration);
    Bench::new(&model)
}

/// AG ends at 4, where the exon's first base is; that of the other strand is 3, with the border at
/// 4, too, and no header is above.
#[test]
fn offsets_are_of_borders_and_scores_of_every_window() {
    let expected = lines(&["c1 4 - A 8", "c1 4 + A 8", "c1 5 - A 2"]);
    assert_eq!(rows(rare().run("-f spsc", SEQUENCE)), expected);
    assert_eq!(rows(rare().run("-f spsc --raw", SEQUENCE)), expected);
}

#[test]
fn a_threshold_leaves_out_rows_below_it() {
    assert_eq!(
        rows(rare().run("-f spsc --strand - --min-score 0.01", SEQUENCE)),
        lines(&["c1 4 - A 8"])
    );
}

#[test]
fn it_holds_one_label_of_a_stranded_model_of_exon_starts() {
    for (key, value, reason) in [
        ("task", "promoter", "its task is not exon_start"),
        ("strand", "symmetric", "it has no strands"),
        ("output", "value", "it gives no probabilities"),
    ] {
        let mut model = behind_ag();
        onnx::set(&mut model, key, value);
        let error = refusal(&Bench::new(&model), "-f spsc");
        assert!(
            error.contains("--format spsc cannot hold matrix: ") && error.contains(reason),
            "{error}"
        );
    }
    let bench = rare();
    let other = bench.write("other.onnx", &onnx::bytes(&behind_ag()));
    let error = refusal(&bench, &format!("-f spsc -m {other}"));
    assert!(
        error.contains("one label of one model a file, not 2"),
        "{error}"
    );
}
