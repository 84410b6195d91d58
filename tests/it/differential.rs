//! Compares rows with a scorer that shares no code with the filter, and calls with a naive rule.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::support::filter::{Bench, rows, run};
use crate::support::naive::Naive;
use crate::support::random::sequence;
use crate::support::{nets, onnx};

/// Position, label and strand.
type Place = (usize, String, String);

/// Columns of BED rows.
fn columns(rows: &str) -> Vec<Vec<&str>> {
    rows.lines().map(|row| row.split('\t').collect()).collect()
}

/// A value in billionths, so that it can be compared and sorted.
fn billionths(text: &str) -> i64 {
    let value: f64 = text.parse().unwrap();
    (value * 1e9).round() as i64
}

/// Values of all windows, as `--raw` writes them.
fn windows(model: &str, flags: &str, text: &str) -> BTreeMap<Place, i64> {
    let mut argv = vec!["-m", model, "--raw", "--no-header"];
    argv.extend(flags.split_whitespace());
    let text = rows(run(&argv, format!(">c\n{text}\n").as_bytes()));
    let window = |row: Vec<&str>| {
        let place = (row[1].parse().unwrap(), row[3].into(), row[5].into());
        (place, billionths(row[6]))
    };
    columns(&text).into_iter().map(window).collect()
}

fn reverse_complement(bases: &[u8]) -> Vec<u8> {
    let complement = |&base: &u8| match base {
        b'A' => b'T',
        b'C' => b'G',
        b'G' => b'C',
        _ => b'A',
    };
    bases.iter().rev().map(complement).collect()
}

/// What a raw output of a label is written as: a probability by the calibration, or itself.
fn value(naive: &Naive, label: usize, raw: f64) -> f64 {
    if naive.key("output") == "value" {
        return raw;
    }
    let tables: Vec<Vec<[f64; 2]>> = serde_json::from_str(naive.key("calibration")).unwrap();
    let knots = &tables[label];
    let (first, last) = (knots[0], knots[knots.len() - 1]);
    for pair in knots.windows(2) {
        let [[x0, y0], [x1, y1]] = [pair[0], pair[1]];
        if (x0..x1).contains(&raw) {
            return y0 + (raw - x0) / (x1 - x0) * (y1 - y0);
        }
    }
    if raw < first[0] { first[1] } else { last[1] }
}

/// Every window without unknown bases, on its own.
fn naive_windows(naive: &Naive, stride: usize, text: &str) -> BTreeMap<Place, f64> {
    let (window, anchor) = (naive.number("window"), naive.number("anchor"));
    let labels: Vec<_> = naive.key("labels").split(',').map(str::trim).collect();
    let bases = text.to_ascii_uppercase().into_bytes();
    let mut found = BTreeMap::new();
    for start in (0..(bases.len() + 1).saturating_sub(window)).step_by(stride) {
        let bases = &bases[start..start + window];
        if !bases.iter().all(|base| b"ACGT".contains(base)) {
            continue;
        }
        let forward = naive.score(bases);
        let reverse = naive.score(&reverse_complement(bases));
        for (label, name) in labels.iter().enumerate() {
            let mut put = |at: usize, strand: &str, raw: f64| {
                let place = (start + at, (*name).to_owned(), strand.to_owned());
                found.insert(place, value(naive, label, raw));
            };
            if naive.key("strand") == "symmetric" {
                put(anchor, ".", (forward[label] + reverse[label]) / 2.0);
            } else {
                put(anchor, "+", forward[label]);
                put(window - 1 - anchor, "-", reverse[label]);
            }
        }
    }
    found
}

/// The places are the same, and values are, up to rounding and the order of sums in f32.
fn same(found: &BTreeMap<Place, i64>, expected: &BTreeMap<Place, f64>) {
    assert_eq!(found.len(), expected.len());
    for (place, expected) in expected {
        let found = found.get(place).map(|&value| value as f64 / 1e9);
        let tolerance = 2e-4 + expected.abs() * 1e-5;
        assert!(
            found.is_some_and(|found| (found - expected).abs() <= tolerance),
            "{place:?}: {found:?} for {expected}"
        );
    }
}

#[test]
fn bundled_models_are_what_their_weights_say() {
    for model in [
        "binding-site",
        "enhancer",
        "exon",
        "exon-lite",
        "expression",
        "promoter",
    ] {
        let path = format!("{}/models/{model}.onnx", env!("CARGO_MANIFEST_DIR"));
        let naive = Naive::read(&std::fs::read(path).unwrap());
        let step = naive.number("step");
        let text: String = sequence(9_000, 3)
            .chars()
            .filter(|&base| base != 'N')
            .collect();
        let text = &text[..naive.number("window") + 2 * step];
        let found = windows(model, "", text);
        assert!(found.len() >= 3, "{model}");
        same(&found, &naive_windows(&naive, step, text));
    }
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Matrix,
    Residual,
    Inception,
    Pooled,
}

fn bench(kind: Kind, region: bool, symmetric: bool, distance: usize) -> Bench {
    let mut model = match kind {
        Kind::Matrix => {
            let weight = |at: usize| ((at * 37 + 11) % 19) as f32 / 4.0 - 2.2;
            let column = |at: usize| [0, 1, 2, 3].map(|base| weight(at * 4 + base));
            onnx::matrix(&(0..7).map(column).collect::<Vec<_>>(), 0.3)
        }
        Kind::Residual => nets::residual(4, &[1, 3]),
        Kind::Inception => nets::inception(4, &[1, 2], false),
        Kind::Pooled => nets::inception(4, &[1, 2], true),
    };
    onnx::set(&mut model, "calls", if region { "region" } else { "point" });
    let strand = if symmetric { "symmetric" } else { "stranded" };
    onnx::set(&mut model, "strand", strand);
    onnx::set(&mut model, "distance", &distance.to_string());
    onnx::set(&mut model, "anchor", "2");
    // Most outputs are small: what is steep there makes values that differ.
    let calibration = "[[[-3,0],[-0.5,0.2],[0.5,0.8],[3,1]]]";
    onnx::set(&mut model, "calibration", calibration);
    Bench::new(&model)
}

/// Start, end, strand and value of the calls that windows of at least `least` make.
fn naive_calls(
    windows: &BTreeMap<Place, i64>,
    least: i64,
    region: bool,
    distance: usize,
    stride: usize,
    len: usize,
) -> Vec<(usize, usize, String, i64)> {
    let mut calls = Vec::new();
    for strand in ["+", "-", "."] {
        let here: Vec<(usize, i64)> = (windows.iter())
            .filter(|((_, _, on), value)| on == strand && **value >= least)
            .map(|((at, _, _), &value)| (*at, value))
            .collect();
        if region {
            let joined = |pair: &[(usize, i64)]| pair[1].0 - pair[0].0 <= distance.max(stride);
            for part in here.chunk_by(|a, b| joined(&[*a, *b])) {
                let end = (part[part.len() - 1].0 + stride).min(len);
                let best = part.iter().map(|&(_, value)| value).max().unwrap();
                calls.push((part[0].0, end, strand.to_owned(), best));
            }
            continue;
        }
        for &(at, value) in &here {
            let beats = |&(other, better): &(usize, i64)| {
                other.abs_diff(at) <= distance
                    && (better > value || (better == value && other < at))
            };
            if !here.iter().any(beats) {
                calls.push((at, at + 1, strand.to_owned(), value));
            }
        }
    }
    calls.sort();
    calls
}

/// Sequence with runs of N and lower case.
fn text() -> impl Strategy<Value = String> {
    let stretch = prop_oneof![6 => "[ACGT]{1,150}", 2 => "[acgt]{1,80}", 1 => "N{1,9}"];
    prop::collection::vec(stretch, 1..9).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn rows_and_calls_are_naive_ones(
        kind in prop::sample::select(vec![Kind::Matrix, Kind::Residual, Kind::Inception, Kind::Pooled]),
        region in any::<bool>(),
        symmetric in any::<bool>(),
        distance in 0usize..30,
        strides in 1usize..4,
        chunk in prop::sample::select(vec!["-t 1", "-t 3 --chunk-size 300"]),
        text in text(),
    ) {
        let bench = bench(kind, region, symmetric, distance);
        let naive = Naive::read(&std::fs::read(&bench.model).unwrap());
        // Points are called at the model's own step.
        let stride = naive.number("step") * if region { strides } else { 1 };
        let flags = format!("-s {stride} {chunk}");
        let found = windows(&bench.model, &flags, &text);
        same(&found, &naive_windows(&naive, stride, &text));

        let flags = format!("{flags} --min-score 0.55");
        let input = format!(">c\n{text}\n");
        let written = bench.rows(&flags, input.as_bytes());
        let call = |row: Vec<&str>| {
            let [start, end] = [1, 2].map(|at| row[at].parse().unwrap());
            (start, end, row[5].to_owned(), billionths(row[6]))
        };
        let mut written: Vec<(usize, usize, String, i64)> =
            columns(&written).into_iter().map(call).collect();
        written.sort();
        let expected = naive_calls(&found, 550_000_000, region, distance, stride, text.len());
        prop_assert_eq!(written, expected);
    }
}
