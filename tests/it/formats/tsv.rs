//! The table.

use super::{SEQUENCE, lines};
use crate::support::filter::{Bench, behind_ag, rows};

#[test]
fn titles_stand_below_the_comments() {
    let bench = Bench::new(&behind_ag());
    let text = rows(bench.run("-f tsv", SEQUENCE));
    let table: String = text
        .split_inclusive('\n')
        .skip_while(|line| line.starts_with('#'))
        .collect();
    let expected = lines(&[
        "contig start end label strand value summit model",
        "c1 3 4 exon_start - 1 3 matrix",
        "c1 4 5 exon_start + 1 4 matrix",
    ]);
    assert_eq!(table, expected);
    // Without them it is the rows alone, so that outputs can be joined.
    assert_eq!(
        bench.rows("-f tsv", SEQUENCE),
        expected[expected.find('\n').unwrap() + 1..]
    );
}

#[test]
fn windows_are_rows_too() {
    let bench = Bench::new(&behind_ag());
    assert_eq!(
        bench.rows("-f tsv --raw --min-score 0.75", SEQUENCE),
        lines(&[
            "c1 3 4 exon_start - 1 3 matrix",
            "c1 4 5 exon_start + 1 4 matrix",
            "c1 4 5 exon_start - 0.75 4 matrix",
        ])
    );
}

#[test]
fn names_are_a_column_more() {
    let bench = Bench::new(&behind_ag());
    let text = rows(bench.run("-f tsv --names", b">site::c1:0-7\nTTAGCTT\n"));
    assert!(
        text.ends_with(&lines(&[
            "contig start end label strand value summit model name",
            "c1 3 4 exon_start - 1 3 matrix site",
            "c1 4 5 exon_start + 1 4 matrix site",
        ])),
        "{text}"
    );
}
