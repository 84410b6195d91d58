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

/// The reverse complement is AAGCTAA.
const SEQUENCE: &[u8] = b">c1 a contig\nTTAGCTT\n";

/// Rows whose columns are separated by tabs.
fn lines(rows: &[&str]) -> String {
    rows.iter()
        .map(|row| row.replace(' ', "\t") + "\n")
        .collect()
}

/// Contigs (name, bases, period) with an AG and, behind it, a CT in each period.
fn planted(contigs: &[(&str, usize, usize)]) -> Vec<u8> {
    let record = |&(contig, bases, period): &(&str, usize, usize)| {
        let base = |at| match at % period {
            0 => 'A',
            1 => 'G',
            4 => 'C',
            _ => 'T',
        };
        format!(">{contig}\n{}\n", (0..bases).map(base).collect::<String>()).into_bytes()
    };
    contigs.iter().flat_map(record).collect()
}

/// The one line with which a command line is refused.
fn refusal(bench: &crate::support::filter::Bench, flags: &str) -> String {
    crate::support::filter::refusal(bench.run(flags, SEQUENCE))
}
