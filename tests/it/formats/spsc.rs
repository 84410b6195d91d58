//! Splice scores, as minisplice writes them.

use super::{SEQUENCE, lines, refusal};
use crate::support::filter::{Bench, behind_ag, rows};
use crate::support::onnx;
use crate::support::random::sequence;

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

/// What minisplice says of an offset: AG lies left of it on `+`, and its complement CT right of it
/// on `-`.
#[test]
fn the_best_scores_are_at_every_ag() {
    let text = sequence(3_000, 5).to_uppercase().replace('N', "T");
    let find = |word: &str, border: usize| -> Vec<usize> {
        let found = text.match_indices(word);
        found.map(|(at, _)| at + border).collect()
    };
    let input = format!(">c\n{text}\n");
    for (strand, mut expected) in [("+", find("AG", 2)), ("-", find("CT", 0))] {
        // The first base of an exon lies on the contig, with all of its window.
        expected.retain(|&offset| (1..text.len()).contains(&offset));
        let rows = rows(rare().run(
            &format!("-f spsc --min-score 0.01 --strand {strand}"),
            input.as_bytes(),
        ));
        let offset = |row: &str| row.split('\t').nth(1).unwrap().parse().unwrap();
        let found: Vec<usize> = rows.lines().map(offset).collect();
        assert!(expected.len() > 100);
        assert_eq!(found, expected);
    }
}

#[test]
fn a_threshold_leaves_out_rows_below_it() {
    assert_eq!(
        rows(rare().run("-f spsc --strand - --min-score 0.01", SEQUENCE)),
        lines(&["c1 4 - A 8"])
    );
}

/// AG before the exon's first base for one label, GT behind its last for the other.
fn both_ends() -> Bench {
    let mut weights = vec![0.0; 2 * 4 * 5];
    // Label, code of the base, place in the window.
    for (label, base, place) in [(0, 0, 0), (0, 2, 1), (1, 2, 3), (1, 3, 4)] {
        weights[(label * 4 + base) * 5 + place] = 5.0;
    }
    let mut conv = onnx::node("Conv", &["sequence", "weights"], "score");
    conv.attribute
        .push(onnx::ints_attribute("kernel_shape", &[5]));
    let constants = vec![onnx::floats("weights", &[2, 4, 5], weights)];
    let mut model = onnx::dense_of(vec![conv], constants, 5, 2);
    let knots = "[[0,0.00001],[5,0.00005],[10,0.016]]";
    let calibration = format!("[{knots},{knots}]");
    for (key, value) in [
        ("labels", "exon_start,exon_end"),
        ("anchor", "2"),
        ("distance", "2"),
        ("threshold", "[0.01,0.01]"),
        ("calibration", &calibration),
    ] {
        onnx::set(&mut model, key, value);
    }
    Bench::new(&model)
}

#[test]
fn a_model_with_both_ends_writes_donors_too() {
    // An exon CCC between AG and GT, and CT and AC around GGG, the same on the other strand.
    let input = b">c1\nTTTTAGCCCGTTTTT\n>c2\nTTTTACGGGCTTTTT\n";
    let expected = lines(&["c1 6 + A 8", "c1 9 + D 7", "c2 6 - D 7", "c2 9 - A 8"]);
    assert_eq!(rows(both_ends().run("-f spsc", input)), expected);
}

#[test]
fn it_holds_one_stranded_model_of_exon_starts() {
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
    assert!(error.contains("one model a file, not 2"), "{error}");
}
