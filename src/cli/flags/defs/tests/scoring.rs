//! Flags of windows and calls.

use super::{run, thresholds};
use crate::call::{Threshold, Top};
use crate::cli::flags::parse;
use crate::sequence::StrandChoice;
use crate::value::Quantity;
use crate::window::Softmask;

#[test]
fn stride() {
    assert_eq!(run("").stride, None);
    assert_eq!(run("-s 8").stride, Some(8));
    assert!(parse(["--stride=0"]).is_err());
}

#[test]
fn strand() {
    assert_eq!(run("").strand, None);
    assert_eq!(run("--strand +").strand, Some(StrandChoice::Forward));
    assert_eq!(run("--strand -").strand, Some(StrandChoice::Reverse));
    assert_eq!(run("--strand=both").strand, Some(StrandChoice::Both));
}

#[test]
fn min_score() {
    assert_eq!(run("").bounds, []);
    let least = [Threshold::Score(-0.5)];
    assert_eq!(thresholds("--min-score -0.5"), least);
    assert_eq!(thresholds("--min-score 3 --min-score -0.5"), least);
    assert_eq!(thresholds("--min-score 3 --min-score a=1,b:x=2").len(), 3);
    assert!(parse(["--min-score=a=1,a=2"]).is_err());
    assert!(parse(["--min-score=inf"]).is_err());
}

#[test]
fn precision() {
    let [least] = thresholds("--precision 0.9")[..] else {
        panic!();
    };
    assert_eq!(least, Threshold::Precision(0.9));
    assert_eq!(least.least(), Some(0.9));
    for value in ["-0.1", "1.1", "90%"] {
        assert!(parse(["--precision", value]).is_err());
    }
    assert!(parse(["--precision=0.9", "--min-score=0.9"]).is_err());
}

#[test]
fn fdr() {
    let [least] = thresholds("--fdr 0.05")[..] else {
        panic!();
    };
    assert_eq!(least, Threshold::Fdr(0.05));
    assert_eq!(least.least(), Some(0.95));
    assert!(parse(["--fdr=1.1"]).is_err());
    assert!(parse(["--fdr=0.1", "--precision=0.9"]).is_err());
}

#[test]
fn rate() {
    assert_eq!(thresholds("--rate 50/Mb"), [Threshold::Rate(50.0)]);
    assert_eq!(thresholds("--rate a=0.5/Mb"), [Threshold::Rate(0.5)]);
    for value in ["50", "0/Mb", "-1/Mb", "nan/Mb", "inf/Mb", "/Mb"] {
        assert!(parse(["--rate", value]).is_err(), "{value}");
    }
    assert!(parse(["--rate=1/Mb", "--fdr=0.9"]).is_err());
}

#[test]
fn top() {
    assert_eq!(run("").top, None);
    assert_eq!(run("--top 3").top, Some(Top::Record(3)));
    assert_eq!(run("--top 50/Mb").top, Some(Top::Megabase(50)));
    for value in ["0", "-1", "3/kb", "/Mb", "3/", "1e3", ""] {
        assert!(parse(["--top", value]).is_err(), "{value}");
    }
}

#[test]
fn merge_distance() {
    assert_eq!(run("").merge_distance, None);
    assert_eq!(run("--merge-distance 0").merge_distance, Some(0));
    assert!(parse(["--merge-distance=10000001"]).is_err());
}

#[test]
fn min_length() {
    assert_eq!(run("").min_length, 0);
    assert_eq!(run("--min-length 200").min_length, 200);
    assert!(parse(["--min-length=-1"]).is_err());
}

#[test]
fn value() {
    assert_eq!(run("").value, Quantity::Probability);
    assert_eq!(run("--value rate").value, Quantity::Rate);
    assert_eq!(run("--value=logit").value, Quantity::Logit);
}

#[test]
fn raw() {
    assert!(!run("").raw);
    assert!(run("--raw").raw);
}

#[test]
fn max_n() {
    assert_eq!(run("").max_n, 0);
    assert_eq!(run("--max-n 3").max_n, 3);
    assert!(parse(["--max-n=-1"]).is_err());
}

#[test]
fn softmask() {
    assert_eq!(run("").softmask, Softmask::Score);
    assert_eq!(run("--softmask skip").softmask, Softmask::Skip);
}
