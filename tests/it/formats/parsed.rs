//! Independent parsers find the sites of the sequence in each text format.

use std::io;
use std::str::FromStr;

use bed_utils::bed::io::Reader;
use bed_utils::bed::{BED, BEDLike, BedGraph, NarrowPeak, ParseError, Strand};
use noodles_gff::feature::record::Strand as GffStrand;

use crate::support::filter::{Bench, behind_ag};
use crate::support::onnx;
use crate::support::random::sequence;

/// A call of the model behind AG: contig, first and last base (from 1), strand, value, and what
/// else a format tells.
type Site = (String, usize, usize, char, String, Vec<String>);

const CONTIGS: [&str; 2] = ["chr1", "chr2"];

fn bases(contig: usize) -> Vec<u8> {
    let known = sequence(3000, contig as u64).replace('N', "C");
    known.to_ascii_uppercase().into_bytes()
}

fn genome() -> Vec<u8> {
    let record = |(number, contig): (usize, &&str)| {
        [format!(">{contig}\n").as_bytes(), &bases(number), b"\n"].concat()
    };
    CONTIGS.iter().enumerate().flat_map(record).collect()
}

/// Every base behind an AG whose window is whole, by start and then by strand.
fn sites(rest: &[&str]) -> Vec<Site> {
    let mut sites = Vec::new();
    for (number, contig) in CONTIGS.iter().enumerate() {
        let bases = bases(number);
        let mut found: Vec<(usize, char)> = Vec::new();
        for at in 0..bases.len() - 2 {
            match &bases[at..at + 3] {
                [b'A', b'G', _] => found.push((at + 3, '+')),
                [_, b'C', b'T'] => found.push((at + 1, '-')),
                _ => {}
            }
        }
        found.sort();
        let rest: Vec<String> = rest.iter().map(ToString::to_string).collect();
        let site = |(at, strand)| {
            let value = "1".to_owned();
            (contig.to_string(), at, at, strand, value, rest.clone())
        };
        sites.extend(found.into_iter().map(site));
    }
    assert!(sites.len() > 100);
    sites
}

/// What the filter writes, with its header.
fn written(flags: &str) -> Vec<u8> {
    let mut model = behind_ag();
    // No two sites of a strand are so close that one hides the other.
    onnx::set(&mut model, "distance", "1");
    let output = Bench::new(&model).run(flags, &genome());
    assert!(output.status.success());
    output.stdout
}

/// Records as bed-utils reads them.
fn records<B: FromStr<Err = ParseError> + BEDLike>(text: &[u8]) -> Vec<B> {
    let mut reader = Reader::new(text, Some("#".to_owned()));
    reader.records().map(Result::unwrap).collect()
}

fn symbol(strand: Option<Strand>) -> char {
    match strand.unwrap() {
        Strand::Forward => '+',
        Strand::Reverse => '-',
    }
}

#[test]
fn bed_of_six_columns_and_one() {
    let text = written("");
    // It reads six columns and passes over the value.
    let rows = str::from_utf8(&text).unwrap().lines();
    let rows = rows.filter(|row| !row.starts_with('#'));
    let values = rows.map(|row| row.split('\t').nth(6).unwrap().to_owned());
    let site = |(bed, value): (BED<6>, String)| {
        let rest = vec![bed.name.clone().unwrap(), bed.score.unwrap().to_string()];
        let (start, end) = (bed.start() as usize + 1, bed.end() as usize);
        let strand = symbol(bed.strand);
        (bed.chrom().to_owned(), start, end, strand, value, rest)
    };
    let found: Vec<Site> = records(&text).into_iter().zip(values).map(site).collect();
    assert_eq!(found, sites(&["exon_start", "1000"]));
}

#[test]
fn narrowpeak_of_six_columns_and_four() {
    let site = |peak: NarrowPeak| {
        // -1, as where there is no value.
        assert_eq!((peak.p_value, peak.q_value, peak.peak), (None, None, 0));
        let (start, end) = (peak.start as usize + 1, peak.end as usize);
        let strand = symbol(peak.strand);
        let rest = vec![peak.name.unwrap(), peak.score.unwrap().to_string()];
        (
            peak.chrom,
            start,
            end,
            strand,
            peak.signal_value.to_string(),
            rest,
        )
    };
    let found = records(&written("-f narrowpeak")).into_iter().map(site);
    assert_eq!(found.collect::<Vec<Site>>(), sites(&["exon_start", "1000"]));
}

#[test]
fn bedgraph_of_three_columns_and_one() {
    for strand in ['+', '-'] {
        let text = written(&format!("-f bedgraph --strand {strand}"));
        let mut found = Vec::new();
        for BedGraph {
            chrom,
            start,
            end,
            value,
        } in records::<BedGraph<String>>(&text)
        {
            // Neighbours of one value are one row.
            for at in start as usize + 1..=end as usize {
                found.push((chrom.clone(), at, at, strand, value.clone(), Vec::new()));
            }
        }
        let mut expected = sites(&[]);
        expected.retain(|site| site.3 == strand);
        assert_eq!(found, expected);
    }
}

#[test]
fn gff3_of_nine_columns() {
    let text = written("-f gff3");
    let mut reader = noodles_gff::io::Reader::new(&text[..]);
    let site = |record: io::Result<noodles_gff::feature::RecordBuf>| {
        let record = record.unwrap();
        let strand = match record.strand() {
            GffStrand::Forward => '+',
            GffStrand::Reverse => '-',
            other => panic!("{other:?}"),
        };
        let attribute = |tag: &str| {
            let value = record.attributes().get(tag.as_bytes()).unwrap();
            value.as_string().unwrap().to_string()
        };
        assert!(record.phase().is_none());
        (
            record.reference_sequence_name().to_string(),
            record.start().get(),
            record.end().get(),
            strand,
            format!("{}", record.score().unwrap()),
            vec![
                record.source().to_string(),
                record.ty().to_string(),
                attribute("Name"),
                attribute("model"),
            ],
        )
    };
    let found: Vec<Site> = reader.record_bufs().map(site).collect();
    assert_eq!(
        found,
        sites(&["windrow", "exon_region", "exon_start", "matrix"])
    );
}
