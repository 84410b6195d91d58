//! Output is exact to the byte, on both strands.

mod accepted;
mod bed;
mod bedgraph;
mod bgzip;
mod big;
mod gff3;
mod header;
mod narrowpeak;
mod parsed;
mod same;
mod spsc;
mod track;
mod tsv;

#[path = "../support/mod.rs"]
mod support;

/// The reverse complement is AAGCTAA.
const SEQUENCE: &[u8] = b">c1 a contig\nTTAGCTT\n";

/// Rows whose columns are separated by tabs.
fn lines(rows: &[&str]) -> String {
    rows.iter()
        .map(|row| row.replace(' ', "\t") + "\n")
        .collect()
}

/// The one line with which a command line is refused.
fn refusal(bench: &support::filter::Bench, flags: &str) -> String {
    support::filter::refusal(bench.run(flags, SEQUENCE))
}
