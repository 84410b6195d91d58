//! GFF3.

use super::{SEQUENCE, lines, refusal};
use crate::support::filter::{Bench, behind_ag, rows};
use crate::support::onnx;

#[test]
fn positions_count_from_one_and_ends_are_included() {
    let bench = Bench::new(&behind_ag());
    assert_eq!(
        bench.rows("-f gff3", SEQUENCE),
        lines(&[
            "c1 windrow exon_region 4 4 1 - . Name=exon_start;model=matrix",
            "c1 windrow exon_region 5 5 1 + . Name=exon_start;model=matrix",
        ])
    );
}

#[test]
fn the_type_is_a_term_of_the_sequence_ontology() {
    for (task, term) in [
        ("promoter", "promoter"),
        ("enhancer", "enhancer"),
        ("binding_site", "TF_binding_site"),
        ("expression", "sequence_feature"),
    ] {
        let mut model = behind_ag();
        onnx::set(&mut model, "task", task);
        onnx::set(&mut model, "labels", "x");
        let row = Bench::new(&model).rows("-f gff3 --strand +", SEQUENCE);
        assert_eq!(
            row,
            lines(&[&format!("c1 windrow {term} 5 5 1 + . Name=x;model=matrix")])
        );
    }
}

#[test]
fn it_begins_with_its_version() {
    let bench = Bench::new(&behind_ag());
    let text = rows(bench.run("-f gff3", SEQUENCE));
    let (first, rest) = text.split_once('\n').unwrap();
    assert_eq!(first, "##gff-version 3");
    assert!(rest.starts_with("# windrow "), "{rest}");
}

#[test]
fn names_of_contigs_are_escaped() {
    let bench = Bench::new(&behind_ag());
    let row = bench.rows("-f gff3 --strand +", b">HLA:1*02;x%1\nTTAGCTT\n");
    assert!(
        row.starts_with("HLA:1*02%3Bx%251\twindrow\texon_region\t5\t5\t"),
        "{row}"
    );
}

#[test]
fn it_has_no_place_for_names() {
    let bench = Bench::new(&behind_ag());
    assert!(refusal(&bench, "-f gff3 --names").contains("--names: --format gff3"));
}
