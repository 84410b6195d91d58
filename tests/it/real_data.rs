//! The figures of the cards, computed again from the filter's output on real sequence.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader};

use crate::support::filter::{rows, run};
use crate::support::skips::data;
use flate2::read::MultiGzDecoder;
use windrow::model;

const SET: &str = "genome/dev_human_hg38_parts";
/// What the model was trained on.
const CHR1: &str = "genome/human_chr1";

/// Contig, base and strand.
type Place = (String, usize, String);

/// The folder of real data, if there is one.
fn folder() -> Option<String> {
    Some(data()?.into_os_string().into_string().unwrap())
}

fn lines(path: &str) -> impl Iterator<Item = String> {
    let file = MultiGzDecoder::new(File::open(path).unwrap());
    BufReader::new(file).lines().map(Result::unwrap)
}

/// Whether an annotated exon start is a site (an acceptor of a coding transcript) or counts
/// neither way.
fn truth(folder: &str, set: &str) -> HashMap<Place, bool> {
    let mut truth = HashMap::new();
    for line in lines(&format!("{folder}/{set}.exon_starts.bed.gz")) {
        let columns: Vec<_> = line.split('\t').collect();
        // "noncoding" contains "coding": the bar matters.
        let site = columns[3].starts_with("acceptor_") && columns[3].ends_with("|coding");
        let place = (
            columns[0].to_owned(),
            columns[1].parse().unwrap(),
            columns[5].to_owned(),
        );
        *truth.entry(place).or_default() |= site;
    }
    truth
}

/// Sum over recall steps of the precision there; equal values are one step.
fn average_precision(mut scored: Vec<(f32, bool)>, sites: usize) -> f64 {
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut called, mut found, mut area) = (0, 0, 0.0);
    for tie in scored.chunk_by(|a, b| a.0 == b.0) {
        let hits = tie.iter().filter(|(_, site)| *site).count();
        called += tie.len();
        found += hits;
        area += hits as f64 / sites as f64 * found as f64 / called as f64;
    }
    area
}

/// Values of rows of BED, and whether they are sites; without those that count neither way.
fn scored(text: &str, truth: &HashMap<Place, bool>) -> Vec<(f32, bool)> {
    let scored = text.lines().filter_map(|row| {
        let columns: Vec<_> = row.split('\t').collect();
        let place = (
            columns[0].to_owned(),
            columns[1].parse().unwrap(),
            columns[5].to_owned(),
        );
        let value = columns[6].parse().unwrap();
        match truth.get(&place) {
            Some(false) => None,
            site => Some((value, site.is_some())),
        }
    });
    scored.collect()
}

#[test]
fn the_card_states_the_average_precision_that_the_filter_reaches() {
    let Some(folder) = folder() else {
        return;
    };
    let truth = truth(&folder, SET);
    let sites = truth.values().filter(|site| **site).count();
    let fasta = format!("{folder}/{SET}.fa.gz");
    // Windows below one in a thousand hardly add to the area.
    let raw = ["--raw", "--min-score", "0.001", "--no-header", &fasta];
    let text = rows(run(&raw, b""));
    let reached = average_precision(scored(&text, &truth), sites);
    let metrics = model::load("exon-start").unwrap().contract.metrics;
    let row = &metrics["tables"][0]["rows"][0];
    assert_eq!(row[0], "hg38 parts");
    let stated: f64 = row[2].as_str().unwrap().parse().unwrap();
    // Four decimals of a calibrated probability tie the best logits.
    assert!(
        (reached - stated).abs() < 0.01,
        "{reached:.4}, the card says {stated}"
    );
}

/// Neither the model nor its calibration has seen this sequence.
#[test]
fn of_calls_at_a_precision_at_least_that_share_are_sites() {
    let Some(folder) = folder() else {
        return;
    };
    let fasta = format!("{folder}/{SET}.fa.gz");
    let text = rows(run(&["--precision", "0.5", "--no-header", &fasta], b""));
    let calls = scored(&text, &truth(&folder, SET));
    // Calls at a higher precision are those of them that have it: no better one stands beside.
    for precision in [0.5, 0.6, 0.7, 0.8] {
        let at_least = calls.iter().filter(|(value, _)| *value >= precision);
        let (all, sites) = at_least.fold((0, 0), |(all, sites), (_, site)| {
            (all + 1, sites + u32::from(*site))
        });
        println!("--precision {precision}: {all} calls, {sites} of them sites");
        assert!(all >= 50, "{precision}: {all} calls");
        let share = f64::from(sites) / f64::from(all);
        assert!(
            share >= f64::from(precision),
            "{precision}: {sites} of {all}"
        );
    }
}

/// What the README says of splice scores.
#[test]
fn one_in_a_thousand_ag_is_a_coding_acceptor() {
    let Some(folder) = folder() else {
        return;
    };
    let truth = truth(&folder, CHR1);
    let acceptors = truth.values().filter(|site| **site).count();
    let (mut before, mut candidates) = (b'N', 0);
    for line in lines(&format!("{folder}/{CHR1}.fa.gz")).skip(1) {
        for base in line.to_ascii_uppercase().bytes() {
            // CT is AG on the reverse strand.
            candidates += usize::from(matches!([before, base], [b'A', b'G'] | [b'C', b'T']));
            before = base;
        }
    }
    assert_eq!((acceptors, candidates), (4_056, 4_148_232));
}

/// A track of few distinct values is a flat line.
#[test]
fn tracks_of_real_sequence_have_thousands_of_values() {
    let Some(folder) = folder() else {
        return;
    };
    let fasta = format!("{folder}/{SET}.fa.gz");
    let names = windrow::model::registry::names();
    for name in names.filter(|name| !name.starts_with("exon") && *name != "expression") {
        let label = model::load(name).unwrap().contract.labels[0].clone();
        let label = format!("{name}:{label}");
        let argv = ["-q", "-m", &label, "-f", "bedgraph", "--raw"];
        let region = ["-r", &fasta, "-R", "chr2_part:100,001-500,000"];
        let text = rows(run(&[&argv[..], &region].concat(), b""));
        let values: HashSet<_> = text.lines().map(|row| row.rsplit('\t').next()).collect();
        assert!(values.len() > 2_000, "{label}: {} values", values.len());
    }
}
