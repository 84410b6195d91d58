//! An independent parser reads from each text format the sites that are in the sequence.

use std::io;

use noodles_bed::feature::record::Strand as BedStrand;
use noodles_gff::feature::record::Strand as GffStrand;

use crate::support::filter::{Bench, behind_ag};
use crate::support::onnx;
use crate::support::random::sequence;

/// A call of the model behind AG: contig, first and last base (from 1), strand, value, and what
/// else a format tells.
type Site = (String, usize, usize, char, String, Vec<String>);

const CONTIGS: [&str; 2] = ["chr1", "chr2"];

fn bases(contig: usize) -> Vec<u8> {
    let known = sequence(3000, contig as u32).replace('N', "C");
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

/// Records of BED with six standard columns.
fn bed(text: &[u8]) -> Vec<Site> {
    let mut reader = noodles_bed::io::Reader::<6, _>::new(text);
    let mut record = noodles_bed::Record::default();
    let mut sites = Vec::new();
    while reader.read_record(&mut record).unwrap() > 0 {
        let strand = match record.strand().unwrap().unwrap() {
            BedStrand::Forward => '+',
            BedStrand::Reverse => '-',
        };
        let others = record.other_fields();
        let mut others = others.iter();
        let value = others.next().unwrap().to_string();
        let mut rest = vec![
            record.name().unwrap().to_string(),
            record.score().unwrap().to_string(),
        ];
        rest.extend(others.map(ToString::to_string));
        sites.push((
            record.reference_sequence_name().to_string(),
            record.feature_start().unwrap().get(),
            record.feature_end().unwrap().unwrap().get(),
            strand,
            value,
            rest,
        ));
    }
    sites
}

#[test]
fn bed_of_six_columns_and_one() {
    assert_eq!(bed(&written("")), sites(&["exon_start", "1000"]));
}

#[test]
fn narrowpeak_of_six_columns_and_four() {
    assert_eq!(
        bed(&written("-f narrowpeak")),
        sites(&["exon_start", "1000", "-1", "-1", "0"])
    );
}

#[test]
fn bedgraph_of_three_columns_and_one() {
    for strand in ['+', '-'] {
        let text = written(&format!("-f bedgraph --strand {strand}"));
        let mut reader = noodles_bed::io::Reader::<3, _>::new(&text[..]);
        let mut record = noodles_bed::Record::default();
        let mut found = Vec::new();
        while reader.read_record(&mut record).unwrap() > 0 {
            let others = record.other_fields();
            assert_eq!(others.len(), 1);
            let contig = record.reference_sequence_name().to_string();
            let (start, end) = (record.feature_start(), record.feature_end());
            // Neighbours of one value are one row.
            for at in start.unwrap().get()..=end.unwrap().unwrap().get() {
                let value = others.get(0).unwrap().to_string();
                found.push((contig.clone(), at, at, strand, value, Vec::new()));
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
