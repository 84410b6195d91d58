//! Other programs read the output.

use std::collections::HashMap;
use std::io::Cursor;

use bigtools::beddata::BedParserStreamingIterator;
use bigtools::{BigBedRead, BigBedWrite};
use tokio::runtime::Runtime;

use super::planted;
use crate::support::filter::{Bench, behind_ag};
use crate::support::programs::{output, present};

/// Sites on both strands of two contigs, in the order of their names.
fn genome() -> Vec<u8> {
    planted(&[("chr1", 2000, 37), ("chr2", 2000, 53)])
}

#[test]
fn bedtools_sorts_intersects_and_merges_bed() {
    if !present("bedtools") {
        return;
    }
    let bench = Bench::new(&behind_ag());
    let text = bench.rows("", &genome());
    let path = bench.write("calls.bed", text.as_bytes());
    let bedtools = |argv: &[&str]| String::from_utf8(output("bedtools", argv)).unwrap();
    // It sorts no further than by start.
    assert_eq!(bedtools(&["sort", "-i", &path]), text);
    assert_eq!(
        bedtools(&["intersect", "-s", "-u", "-a", &path, "-b", &path]),
        text
    );
    let merged = bedtools(&[
        "merge",
        "-s",
        "-c",
        "5,6",
        "-o",
        "max,distinct",
        "-i",
        &path,
    ]);
    assert!(merged.starts_with("chr1\t"), "{merged}");
    assert!(merged.contains("\t1000\t+\n") && merged.contains("\t1000\t-\n"));
}

#[test]
fn bedtools_takes_every_format_of_intervals() {
    if !present("bedtools") {
        return;
    }
    for format in ["bed", "bed --itemrgb", "bedgraph", "narrowpeak", "gff3"] {
        let bench = Bench::new(&behind_ag());
        let text = bench.run(&format!("-f {format}"), &genome()).stdout;
        let path = bench.write(&format!("calls.{format}"), &text);
        let rows = String::from_utf8(text).unwrap();
        let rows: String = rows
            .lines()
            .filter(|row| !row.starts_with('#'))
            .map(|row| format!("{row}\n"))
            .collect();
        assert!(!rows.is_empty());
        let taken = output("bedtools", &["intersect", "-u", "-a", &path, "-b", &path]);
        assert_eq!(String::from_utf8(taken).unwrap(), rows, "{format}");
    }
}

#[test]
fn a_converter_to_bigbed_takes_bed() {
    let bench = Bench::new(&behind_ag());
    let text = bench.rows("", &genome());
    let path = bench.path("calls.bb");
    let sizes = HashMap::from(["chr1", "chr2"].map(|contig| (contig.to_owned(), 2000)));
    let rows = BedParserStreamingIterator::from_bed_file(Cursor::new(text.clone()), false);
    let writer = BigBedWrite::create_file(&path, sizes).unwrap();
    writer.write(rows, Runtime::new().unwrap()).unwrap();
    let mut bed = BigBedRead::open_file(path.to_str().unwrap()).unwrap();
    let mut back = String::new();
    for contig in ["chr1", "chr2"] {
        for row in bed.get_interval(contig, 0, 2000).unwrap() {
            let row = row.unwrap();
            back += &format!("{contig}\t{}\t{}\t{}\n", row.start, row.end, row.rest);
        }
    }
    assert_eq!(back, text);
}
