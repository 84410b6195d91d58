//! The library gives the results of the command line.

use std::io::Cursor;

use crate::support::filter::{Bench, behind_ag, rows, run};
use crate::support::random::sequence;
use windrow::{Annotation, Annotator, Error, Model, Strand, StrandChoice};

fn bed(annotations: &[Annotation]) -> String {
    let row = |found: &Annotation| {
        let contig = String::from_utf8_lossy(&found.contig);
        let Annotation {
            start, end, label, ..
        } = found;
        let strand = match found.strand {
            Strand::Forward => '+',
            Strand::Reverse => '-',
            Strand::Both => '.',
        };
        let value = found.value;
        format!("{contig}\t{start}\t{end}\t{label}\t{strand}\t{value:?}\n")
    };
    annotations.iter().map(row).collect()
}

/// Rows of BED without its score.
fn unscored(rows: &str) -> String {
    let row = |row: &str| {
        let mut columns: Vec<_> = row.split('\t').collect();
        columns.remove(4);
        let value: f64 = columns.pop().unwrap().parse().unwrap();
        format!("{}\t{value:?}\n", columns.join("\t"))
    };
    rows.lines().map(row).collect()
}

#[test]
fn calls_and_scores_are_those_of_the_command_line() {
    let text = sequence(60_000, 7);
    let fasta = format!(">chr1 first\n{text}\n");
    for model in ["exon-start", "promoter"] {
        let annotator = Annotator::builder()
            .model(Model::bundled(model).unwrap())
            .min_score(0.001)
            .build()
            .unwrap();
        for (raw, found) in [
            ("-q", annotator.calls("chr1", &text).unwrap()),
            ("--raw", annotator.scores("chr1", &text).unwrap()),
        ] {
            let output = run(
                &["-m", model, raw, "--min-score=0.001", "--no-header"],
                fasta.as_bytes(),
            );
            let rows = rows(output);
            assert!(!rows.is_empty());
            assert_eq!(bed(&found), unscored(&rows), "{model} {raw}");
            let mut streamed = Vec::new();
            let reader = Cursor::new(fasta.clone());
            let take = |annotation| {
                streamed.push(annotation);
                Ok(())
            };
            let ledger = match raw {
                "--raw" => annotator.scores_of(reader, take),
                _ => annotator.calls_of(reader, take),
            };
            assert_eq!(streamed, found);
            assert_eq!(ledger.unwrap().bases, 60_000);
        }
    }
}

#[test]
fn errors_are_values() {
    let bench = Bench::new(&behind_ag());
    let model = || Model::open(&bench.model).unwrap();
    let annotator = Annotator::new(model()).unwrap();
    let letter = annotator.calls("c", "ACGT!").unwrap_err();
    assert!(matches!(
        letter,
        Error::Letter {
            letter: b'!',
            position: 4
        }
    ));
    let input = annotator
        .calls_of(Cursor::new(">c\nAC!\n"), |_| Ok(()))
        .unwrap_err();
    assert_eq!(
        input.to_string(),
        "input: record 1 (c), line 2: '!' at base 3 is not a nucleotide"
    );
    let full = annotator.calls_of(Cursor::new(">c\nTTAGCTT\n"), |_| {
        Err(std::io::Error::other("full"))
    });
    assert!(matches!(full, Err(Error::Taken(error)) if error.to_string() == "full"));
    let stride = Annotator::builder().model(model()).stride(7).build();
    assert!(matches!(
        stride,
        Err(Error::Option {
            option: "stride",
            ..
        })
    ));
    assert!(matches!(
        Model::open(bench.path("none.onnx")),
        Err(windrow::ModelError::Read { .. })
    ));
}

#[test]
fn strands_and_threads_are_chosen() {
    let text = sequence(20_000, 3);
    let build = |strand, threads| {
        let bench = Bench::new(&behind_ag());
        Annotator::builder()
            .model(Model::open(&bench.model).unwrap())
            .strand(strand)
            .threads(threads)
            .build()
            .unwrap()
    };
    let both = build(StrandChoice::Both, 1).scores("c", &text).unwrap();
    assert_eq!(
        build(StrandChoice::Both, 3).scores("c", &text).unwrap(),
        both
    );
    let forward = build(StrandChoice::Forward, 2).scores("c", &text).unwrap();
    let expected: Vec<_> = both
        .into_iter()
        .filter(|found| found.strand == Strand::Forward)
        .collect();
    assert_eq!(forward, expected);
}
