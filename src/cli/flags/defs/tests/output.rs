//! Flags of output.

use std::path::PathBuf;

use super::{instead, run};
use crate::cli::flags::{Command, parse};
use crate::write::Format;

#[test]
fn tracks() {
    assert_eq!(run("").tracks, None);
    assert_eq!(run("--tracks x").tracks, Some(PathBuf::from("x")));
}

#[test]
fn genome() {
    assert_eq!(run("--genome hg38").genome.as_deref(), Some("hg38"));
}

#[test]
fn format() {
    assert_eq!(run("").format, Format::Bed);
    assert_eq!(run("-fbedgraph").format, Format::BedGraph);
    assert_eq!(run("-f narrowpeak").format, Format::NarrowPeak);
    assert_eq!(run("-f gff3").format, Format::Gff3);
    assert_eq!(run("-f tsv").format, Format::Tsv);
    assert_eq!(run("-f spsc").format, Format::Spsc);
}

#[test]
fn output() {
    assert_eq!(run("-o x.bed").output, Some(PathBuf::from("x.bed")));
    assert_eq!(run("-o -").output, None);
    assert!(parse(["-o", ""]).is_err());
}

#[test]
fn no_header() {
    assert!(!run("").no_header);
    assert!(run("--no-header").no_header);
}

#[test]
fn track() {
    assert!(!run("").track);
    assert!(run("--track").track);
}

#[test]
fn itemrgb() {
    assert!(!run("").item_rgb);
    assert!(run("--itemrgb").item_rgb);
}

#[test]
fn chrom_sizes() {
    assert_eq!(run("").chrom_sizes, None);
    let path = Some(PathBuf::from("c.sizes"));
    assert_eq!(run("--chrom-sizes c.sizes").chrom_sizes, path);
}

#[test]
fn stats() {
    assert_eq!(run("--stats s.json").stats, Some(PathBuf::from("s.json")));
}

#[test]
fn multiqc() {
    let path = Some(PathBuf::from("x_mqc.json"));
    assert_eq!(run("--multiqc x_mqc.json").multiqc, path);
}

#[test]
fn report() {
    assert_eq!(run("--report r.html").report, Some(PathBuf::from("r.html")));
    assert_eq!(run("").report, None);
}

#[test]
fn sample() {
    assert_eq!(run("--sample liver").sample.as_deref(), Some("liver"));
    assert_eq!(run("").sample, None);
}

#[test]
fn gather() {
    let Command::Gather(asked) = instead("--gather all.bed 1.bed 2.bed -t 3") else {
        panic!("not asked to gather");
    };
    assert_eq!(asked.to, PathBuf::from("all.bed"));
    assert_eq!(asked.shards, ["1.bed", "2.bed"].map(PathBuf::from));
    assert_eq!(asked.threads, 3);
    let refused = parse(["--gather", "all.bed", "-m", "promoter"]).unwrap_err();
    assert_eq!(refused.to_string(), "--model cannot be used with --gather");
    assert_eq!(instead("--gather all.bed -h"), Command::Help);
}

#[test]
fn unscored() {
    assert_eq!(
        run("--unscored u.bed").unscored,
        Some(PathBuf::from("u.bed"))
    );
}

#[test]
fn bgzip_and_index() {
    assert!(!run("").bgzip && !run("").index);
    assert!(run("-z").bgzip && run("--bgzip").bgzip);
    assert!(run("--index").index);
}
