//! Calls: thresholds, merging, lengths, and the best ones.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::support::filter::{Bench, behind_ag, rows};
use crate::support::onnx;
use crate::support::random::sequence;

const SEQUENCE: &[u8] = b">c1\nTTAGCTT\n";

/// The one line with which a command line is refused.
fn refusal(bench: &Bench, flags: &str) -> String {
    crate::support::filter::refusal(bench.run(flags, SEQUENCE))
}

/// The line of the header that says what the least of a row is.
fn least(bench: &Bench, flags: &str) -> String {
    let text = rows(bench.run(flags, SEQUENCE));
    let line = text.lines().find(|line| line.contains("stride="));
    line.unwrap().to_owned()
}

/// The model behind AG as one of regions.
fn regions() -> Bench {
    let mut model = behind_ag();
    onnx::set(&mut model, "calls", "region");
    onnx::set(&mut model, "distance", "4");
    Bench::new(&model)
}

#[test]
fn precision_is_a_threshold_from_the_calibration() {
    let bench = Bench::new(&behind_ag());
    let calls = bench.rows("--min-score 0.75", SEQUENCE);
    assert_eq!(calls.lines().count(), 2);
    assert_eq!(bench.rows("--precision 0.75", SEQUENCE), calls);
    assert_eq!(bench.rows("--fdr 0.25", SEQUENCE), calls);
    let windows = bench.rows("--raw --min-score 0.75", SEQUENCE);
    assert_eq!(windows.lines().count(), 3);
    assert_eq!(bench.rows("--raw --precision 0.75", SEQUENCE), windows);
}

#[test]
fn the_header_says_which_probability_and_logit_that_was() {
    // Probabilities are rounded to four decimals: 0.74995 is enough for 0.75.
    let bench = Bench::new(&behind_ag());
    let expected = "# parameters: matrix stride=1 exon_start>=0.75 logit>=4.9990005";
    for flags in ["--min-score 0.75", "--precision 0.75", "--fdr 0.25"] {
        assert_eq!(least(&bench, flags), expected, "{flags}");
    }
    let expected = "# parameters: matrix stride=1 exon_start:all";
    assert_eq!(least(&bench, "--raw"), expected);
}

#[test]
fn a_plain_value_has_no_logit() {
    let mut model = behind_ag();
    onnx::set(&mut model, "output", "value");
    onnx::set(&mut model, "calibration", "[]");
    onnx::set(&mut model, "threshold", "[5]");
    let bench = Bench::new(&model);
    assert_eq!(
        least(&bench, ""),
        "# parameters: matrix stride=1 exon_start>=5"
    );
    for flag in ["--precision", "--fdr"] {
        let error = refusal(&bench, &format!("{flag} 0.5"));
        assert!(
            error.contains(&format!("{flag}: matrix gives no probabilities")),
            "{error}"
        );
    }
}

#[test]
fn a_precision_out_of_reach_is_refused() {
    let mut model = behind_ag();
    onnx::set(&mut model, "calibration", "[[[-10,0],[10,0.8]]]");
    onnx::set(&mut model, "threshold", "[0.5]");
    let bench = Bench::new(&model);
    assert_eq!(bench.rows("--precision 0.8", SEQUENCE).lines().count(), 2);
    for flags in ["--precision 0.81", "--fdr 0.19"] {
        let (flag, _) = flags.split_once(' ').unwrap();
        let error = refusal(&bench, flags);
        let reason = "the calibration of exon_start in matrix ends at a precision of 0.8";
        assert!(error.contains(&format!("{flag}: {reason}")), "{error}");
    }
}

#[test]
fn there_is_one_threshold() {
    let bench = Bench::new(&behind_ag());
    let flags = ["min-score", "precision", "fdr"];
    for first in flags {
        for second in flags.into_iter().filter(|&second| second != first) {
            let error = refusal(&bench, &format!("--{first} 0.5 --{second} 0.5"));
            let reason = format!("--{second}: '0.5' cannot be used with --{first}");
            assert!(error.contains(&reason), "{error}");
        }
    }
}

#[test]
fn merge_distance_joins_windows() {
    // Windows behind AG report on 2, 6, 13 and 18.
    let input = b">c\nAGTTAGTTTTTAGTTTAGT\n";
    let spans = |flags: &str| {
        let text = regions().rows(&format!("--strand + {flags}"), input);
        let span = |row: &str| {
            let columns: Vec<_> = row.split('\t').collect();
            format!("{}-{}", columns[1], columns[2])
        };
        text.lines().map(span).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(spans(""), "2-7 13-14 18-19");
    assert_eq!(spans("--merge-distance 0"), "2-3 6-7 13-14 18-19");
    assert_eq!(spans("--merge-distance 5"), "2-7 13-19");
    assert_eq!(spans("--merge-distance 6"), "2-7 13-19");
    assert_eq!(spans("--merge-distance 7"), "2-19");
    assert_eq!(spans("--merge-distance 0 -s 2"), "2-4 6-8 18-19");
    assert_eq!(spans("--min-length 5"), "2-7");
    assert_eq!(spans("--min-length 6"), "");
    assert_eq!(spans("--merge-distance 5 --min-length 6"), "13-19");
}

#[test]
fn regions_are_shaped_beside_points() {
    let bench = regions();
    let mut points = behind_ag();
    onnx::set(&mut points, "name", "points");
    onnx::set(&mut points, "labels", "point");
    let points = bench.write("points.onnx", &onnx::bytes(&points));
    let input = b">c\nAGTTAGTTTTTAGTTTAGT\n";
    let flags = format!("--strand + -m {points} --merge-distance 0 --min-length 2");
    let text = bench.rows(&flags, input);
    assert_eq!(text.lines().count(), 4, "{text}");
    assert!(text.lines().all(|row| row.contains("\tpoint\t")), "{text}");
}

/// The rows of BED that the best calls are, by sorting all of them: `limit` of each record, or of
/// each of its megabases.
fn naive_top(text: &str, limit: usize, megabase: bool) -> String {
    let parsed = |(number, row): (usize, &'_ str)| {
        let columns: Vec<_> = row.split('\t').map(str::to_owned).collect();
        let start: usize = columns[1].parse().unwrap();
        let span = if megabase { start / 1_000_000 } else { 0 };
        let group = (columns[0].clone(), columns[3].clone(), span);
        (Reverse(columns[6].clone()), number, group, row.to_owned())
    };
    let mut ranked: Vec<_> = text.lines().enumerate().map(parsed).collect();
    ranked.sort();
    let (mut taken, mut kept) = (HashMap::new(), Vec::new());
    for (_, number, group, row) in ranked {
        let taken: &mut usize = taken.entry(group).or_default();
        if *taken < limit {
            *taken += 1;
            kept.push((number, row));
        }
    }
    kept.sort();
    kept.into_iter().map(|(_, row)| row + "\n").collect()
}

#[test]
fn top_keeps_the_best_of_each_record_and_label() {
    let bench = Bench::new(&behind_ag());
    let mut other = behind_ag();
    onnx::set(&mut other, "name", "other");
    onnx::set(&mut other, "labels", "site");
    let other = bench.write("other.onnx", &onnx::bytes(&other));
    // The first and the second lie across a border of megabases.
    let records = [
        (">a:999501-1000500", 1_000),
        (">b:1999501-2001000", 1_500),
        (">c", 1_500),
    ];
    let input: String = (records.iter().zip(1..))
        .map(|((name, bases), seed)| format!("{name}\n{}\n", sequence(*bases, seed)))
        .collect();
    for flags in ["--min-score 0.7", &format!("--min-score 0.7 -m {other}")] {
        let all = bench.rows(flags, input.as_bytes());
        for limit in [1, 3, 40] {
            for (unit, megabase) in [("", false), ("/Mb", true)] {
                let expected = naive_top(&all, limit, megabase);
                for way in ["-t 1", "-t 3 --chunk-size 300"] {
                    let flags = format!("{flags} --top {limit}{unit} {way}");
                    let found = bench.rows(&flags, input.as_bytes());
                    assert!(found == expected, "{flags}");
                }
            }
        }
    }
}

#[test]
fn what_shapes_calls_needs_calls() {
    let (points, regions) = (Bench::new(&behind_ag()), regions());
    for flag in ["--top 3", "--merge-distance 3", "--min-length 3"] {
        let (name, _) = flag.split_once(' ').unwrap();
        let error = refusal(&regions, &format!("{flag} --raw"));
        assert!(
            error.contains(&format!("{name} is about calls: --raw writes windows")),
            "{error}"
        );
        let error = refusal(&regions, &format!("{flag} -f spsc"));
        assert!(error.contains("--format spsc writes windows"), "{error}");
    }
    for flag in ["--merge-distance 3", "--min-length 3"] {
        let (name, _) = flag.split_once(' ').unwrap();
        let error = refusal(&points, flag);
        assert!(
            error.contains(&format!("{name}: calls of matrix are points")),
            "{error}"
        );
    }
    let error = refusal(&points, "--top 3 --shard 1/2");
    assert!(
        error.contains("--top") && error.contains("--shard"),
        "{error}"
    );
}
