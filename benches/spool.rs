//! Time of the spool of bigWig rows, next to the sorter of bed-utils.
//!
//! `cargo bench --bench spool -- [ROWS]`: CPU seconds, user and system, of this process.

use std::time::Instant;

use bed_utils::extsort::ExternalSorterBuilder;
use cpu_time::ProcessTime;
use windrow::write::big::entry::{self, Entry};
use windrow::write::big::spool;

/// Bytes pushed at a time.
const PART: usize = 1 << 16;
/// Items that the sorter holds in memory: its default is 50 million.
const CHUNK: usize = 1 << 20;

fn main() {
    let rows = std::env::args().find_map(|word| word.parse().ok());
    let text = text(rows.unwrap_or(10_000_000));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (begin, cpu) = (Instant::now(), ProcessTime::now());
    let expected = spooled(&text, folder.path());
    told("spool", begin, cpu);
    let (begin, cpu) = (Instant::now(), ProcessTime::now());
    let found = sorted(&text, folder.path());
    told("bed-utils", begin, cpu);
    assert_eq!(found, expected, "both give the same rows");
}

/// Rows of bedGraph on contigs whose names are not in order.
fn text(rows: usize) -> Vec<u8> {
    let contigs = ["chr2", "chr10", "chr1"];
    let mut text = Vec::new();
    for contig in contigs {
        for row in 0..rows / contigs.len() {
            let line = format!("{contig}\t{row}\t{}\t0.{}\n", row + 1, row * 7919 % 10_000);
            text.extend_from_slice(line.as_bytes());
        }
    }
    text
}

/// Rows, and a sum that tells their order.
fn spooled(text: &[u8], folder: &std::path::Path) -> (usize, u64) {
    let mut spool = spool::Spool::new(folder).expect("a temporary file");
    for part in parts(text) {
        spool.push(part).expect("rows fit");
    }
    let (mut rows, mut sum) = (0, 0);
    for mut contig in spool.finish().expect("rows are written") {
        while let Some(entry) = contig.next_entry().expect("rows are read") {
            rows += 1;
            sum = add(sum, &entry);
        }
    }
    (rows, sum)
}

fn sorted(text: &[u8], folder: &std::path::Path) -> (usize, u64) {
    let sorter = ExternalSorterBuilder::new()
        .with_tmp_dir(folder)
        .with_chunk_size(CHUNK)
        .num_threads(1);
    let sorter = sorter.build().expect("a sorter");
    let rows = parts(text).flat_map(|part| part.split_inclusive(|&byte| byte == b'\n'));
    // Rows that start together stay in their order only with their number.
    let items = rows.zip(0u64..).map(|(row, number)| {
        let (contig, _) = entry::place(row).expect("rows fit");
        let Entry { start, end, rest } = Entry::parse(row).expect("rows fit");
        (contig.to_vec(), start, number, end, rest)
    });
    let sorted = sorter.sort(items).expect("rows are sorted");
    let (mut rows, mut sum) = (0, 0);
    for item in sorted {
        let (_, start, _, end, rest) = item.expect("rows are read");
        rows += 1;
        sum = add(sum, &Entry { start, end, rest });
    }
    (rows, sum)
}

/// Whole rows, as many as fit.
fn parts(mut text: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let most = &text[..text.len().min(PART)];
        let end = most.iter().rposition(|&byte| byte == b'\n')? + 1;
        let (part, rest) = text.split_at(end);
        text = rest;
        Some(part)
    })
}

fn add(sum: u64, entry: &Entry) -> u64 {
    let row = u64::from(entry.start) + entry.rest.len() as u64;
    sum.wrapping_mul(31).wrapping_add(row)
}

fn told(what: &str, begin: Instant, cpu: ProcessTime) {
    let (wall, cpu) = (begin.elapsed(), cpu.elapsed());
    println!(
        "{what:10}{:8.2} s CPU{:8.2} s",
        cpu.as_secs_f64(),
        wall.as_secs_f64()
    );
}
