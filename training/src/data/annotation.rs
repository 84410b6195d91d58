//! The marks of each base and strand, from a GTF and from BEDs of exon starts and ends.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::data::genome::open;
use crate::recipe::sites::Site;

/// One bit a fact about a base on one strand.
pub mod mark {
    /// First base of an exon behind an acceptor of a coding transcript.
    pub const ACCEPTOR: u16 = 1;
    /// Last base of an exon before a donor of a coding transcript.
    pub const DONOR: u16 = 2;
    /// Exon of a coding transcript.
    pub const EXON: u16 = 4;
    /// An exon start that is neither a positive nor a negative (TSS, noncoding-only acceptor).
    pub const MASK_ACCEPTOR: u16 = 8;
    /// An exon end that is neither (end of a transcript, noncoding-only donor).
    pub const MASK_DONOR: u16 = 16;
    /// An exon of noncoding transcripts only.
    pub const MASK_EXON: u16 = 32;
    /// Belongs to a held-out gene, which training ignores.
    pub const HELD_OUT: u16 = 64;
    /// An acceptor of noncoding transcripts, among the masked exon starts.
    pub const NONCODING: u16 = 128;
    /// A donor of noncoding transcripts, among the masked exon ends.
    pub const NONCODING_DONOR: u16 = 256;
}

impl Site {
    /// The mark of a site of coding transcripts.
    pub fn coding(self) -> u16 {
        match self {
            Site::Acceptor => mark::ACCEPTOR,
            Site::Donor => mark::DONOR,
        }
    }

    pub fn noncoding(self) -> u16 {
        match self {
            Site::Acceptor => mark::NONCODING,
            Site::Donor => mark::NONCODING_DONOR,
        }
    }

    /// The mark of a masked base, unless it is also a site.
    pub fn mask(self) -> u16 {
        match self {
            Site::Acceptor => mark::MASK_ACCEPTOR,
            Site::Donor => mark::MASK_DONOR,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Strand {
    Forward,
    Reverse,
}

pub const STRANDS: [Strand; 2] = [Strand::Forward, Strand::Reverse];

impl Strand {
    pub fn index(self) -> usize {
        self as usize
    }

    fn parse(text: &str) -> Result<Strand> {
        match text {
            "+" => Ok(Strand::Forward),
            "-" => Ok(Strand::Reverse),
            other => bail!("strand '{other}' is neither + nor -"),
        }
    }
}

#[derive(Debug, Clone)]
pub struct Gene {
    pub id: String,
    pub contig: String,
    pub strand: Strand,
    pub span: Range<usize>,
}

struct Transcript {
    gene: String,
    contig: String,
    strand: Strand,
    coding: bool,
    exons: Vec<Range<usize>>,
}

pub struct Annotation {
    pub genes: Vec<Gene>,
    transcripts: Vec<Transcript>,
    /// Sites of the BEDs: contig, position, strand, marks.
    sites: Vec<(String, usize, Strand, u16)>,
}

/// Whether a BED's named bases are the starts or the ends of exons.
#[derive(Clone, Copy)]
enum End {
    Start,
    Last,
}

impl Annotation {
    /// Reads a GTF and, where given, BEDs of exon starts (names `acceptor_XX|coding`, `tss|...`)
    /// and of exon ends (`donor_XX|coding`, `tes|...`), which also know the transcripts that the
    /// GTF leaves out.
    pub fn read(gtf: &Path, starts: Option<&Path>, ends: Option<&Path>) -> Result<Annotation> {
        let (genes, transcripts) = read_gtf(gtf).with_context(|| format!("{}", gtf.display()))?;
        let mut sites = Vec::new();
        for (path, end) in [(starts, End::Start), (ends, End::Last)] {
            if let Some(path) = path {
                let read = read_sites(path, end);
                sites.extend(read.with_context(|| format!("{}", path.display()))?);
            }
        }
        Ok(Annotation {
            genes,
            transcripts,
            sites,
        })
    }

    /// Every exon of every transcript: gene, contig, strand, bases.
    pub fn exons(&self) -> impl Iterator<Item = (&str, &str, Strand, &Range<usize>)> {
        self.transcripts.iter().flat_map(|t| {
            let exons = t.exons.iter();
            exons.map(|exon| (t.gene.as_str(), t.contig.as_str(), t.strand, exon))
        })
    }

    /// Marks of each base of a contig, one array a strand, in forward coordinates.
    pub fn marks(&self, contig: &str, length: usize) -> [Vec<u16>; 2] {
        let mut marks = [vec![0; length], vec![0; length]];
        let mut set = |strand: Strand, at: usize, bit: u16| {
            if let Some(base) = marks[strand.index()].get_mut(at) {
                *base |= bit;
            }
        };
        for transcript in self.transcripts.iter().filter(|t| t.contig == contig) {
            use mark::*;
            let strand = transcript.strand;
            let [acceptor, donor, exon] = match transcript.coding {
                true => [ACCEPTOR, DONOR, EXON],
                false => [
                    NONCODING | MASK_ACCEPTOR,
                    NONCODING_DONOR | MASK_DONOR,
                    MASK_EXON,
                ],
            };
            let last = transcript.exons.len() - 1;
            for (i, span) in transcript.exons.iter().enumerate() {
                let (first, final_base) = match strand {
                    Strand::Forward => (span.start, span.end - 1),
                    Strand::Reverse => (span.end - 1, span.start),
                };
                set(strand, first, if i == 0 { MASK_ACCEPTOR } else { acceptor });
                set(
                    strand,
                    final_base,
                    if i == last { MASK_DONOR } else { donor },
                );
                span.clone().for_each(|at| set(strand, at, exon));
            }
        }
        for (_, at, strand, bits) in self.sites.iter().filter(|s| s.0 == contig) {
            set(*strand, *at, *bits);
        }
        marks
    }
}

fn attribute<'a>(attributes: &'a str, key: &str) -> Option<&'a str> {
    attributes.split(';').find_map(|pair| {
        let (name, value) = pair.trim().split_once(' ')?;
        (name == key).then(|| value.trim_matches('"'))
    })
}

fn read_gtf(path: &Path) -> Result<(Vec<Gene>, Vec<Transcript>)> {
    let mut genes: HashMap<String, Gene> = HashMap::new();
    let mut order = Vec::new();
    let mut transcripts: HashMap<String, Transcript> = HashMap::new();
    let mut transcript_order = Vec::new();
    for (number, line) in BufReader::new(open(path)?).lines().enumerate() {
        let line = line?;
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let place = || format!("line {}", number + 1);
        let fields: Vec<&str> = line.split('\t').collect();
        if fields.len() < 9 {
            bail!("{}: {} fields, 9 wanted", place(), fields.len());
        }
        if !matches!(fields[2], "exon" | "CDS") {
            continue;
        }
        let start: usize = fields[3].parse().with_context(place)?;
        let end: usize = fields[4].parse().with_context(place)?;
        if start == 0 || start > end {
            bail!("{}: start {start}, end {end}", place());
        }
        let strand = Strand::parse(fields[6]).with_context(place)?;
        let [Some(gene), Some(id)] = ["gene_id", "transcript_id"].map(|k| attribute(fields[8], k))
        else {
            bail!("{}: no gene_id or transcript_id", place());
        };
        let transcript = transcripts.entry(id.to_owned()).or_insert_with(|| {
            transcript_order.push(id.to_owned());
            let contig = fields[0].to_owned();
            Transcript {
                gene: gene.to_owned(),
                contig,
                strand,
                coding: false,
                exons: Vec::new(),
            }
        });
        if fields[2] == "CDS" {
            transcript.coding = true;
            continue;
        }
        transcript.exons.push(start - 1..end);
        let gene = genes.entry(gene.to_owned()).or_insert_with(|| {
            order.push(gene.to_owned());
            let (id, contig) = (gene.to_owned(), fields[0].to_owned());
            Gene {
                id,
                contig,
                strand,
                span: start - 1..end,
            }
        });
        gene.span = gene.span.start.min(start - 1)..gene.span.end.max(end);
    }
    let mut transcripts: Vec<Transcript> = transcript_order
        .iter()
        .filter_map(|id| transcripts.remove(id))
        .collect();
    transcripts.retain(|t| !t.exons.is_empty());
    for transcript in &mut transcripts {
        transcript.exons.sort_by_key(|exon| exon.start);
        if transcript.strand == Strand::Reverse {
            transcript.exons.reverse();
        }
    }
    let genes = order.iter().filter_map(|id| genes.remove(id)).collect();
    Ok((genes, transcripts))
}

fn read_sites(path: &Path, end: End) -> Result<Vec<(String, usize, Strand, u16)>> {
    let (site, [coding, noncoding, mask]) = match end {
        End::Start => (
            "acceptor_",
            [mark::ACCEPTOR, mark::NONCODING, mark::MASK_ACCEPTOR],
        ),
        End::Last => (
            "donor_",
            [mark::DONOR, mark::NONCODING_DONOR, mark::MASK_DONOR],
        ),
    };
    read_bed(path, |name| {
        // "noncoding" contains "coding": the bar matters.
        Ok(match (name.starts_with(site), name.ends_with("|coding")) {
            (true, true) => coding,
            (true, false) => noncoding | mask,
            (false, _) => mask,
        })
    })
}

/// One named base and strand a line of a BED6: contig, position, strand, and the marks that
/// `marks` gives for the name.
pub fn read_bed(
    path: &Path,
    marks: impl Fn(&str) -> Result<u16>,
) -> Result<Vec<(String, usize, Strand, u16)>> {
    let mut sites = Vec::new();
    for (number, line) in BufReader::new(open(path)?).lines().enumerate() {
        let line = line?;
        let place = || format!("line {}", number + 1);
        let fields: Vec<&str> = line.split('\t').collect();
        if fields.len() < 6 {
            bail!("{}: {} fields, 6 wanted", place(), fields.len());
        }
        let at = fields[1].parse().with_context(place)?;
        let strand = Strand::parse(fields[5]).with_context(place)?;
        let marks = marks(fields[3]).with_context(place)?;
        sites.push((fields[0].to_owned(), at, strand, marks));
    }
    Ok(sites)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn annotation(gtf: &str, starts: Option<&str>, ends: Option<&str>) -> Annotation {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::File::create(&path)
                .unwrap()
                .write_all(text.as_bytes())
                .unwrap();
            path
        };
        let gtf = write("a.gtf", gtf);
        let starts = starts.map(|text| write("starts.bed", text));
        let ends = ends.map(|text| write("ends.bed", text));
        Annotation::read(&gtf, starts.as_deref(), ends.as_deref()).unwrap()
    }

    fn line(feature: &str, start: usize, end: usize, strand: &str, id: &str) -> String {
        format!(
            "c\tx\t{feature}\t{start}\t{end}\t.\t{strand}\t.\tgene_id \"g\"; transcript_id \"{id}\";\n"
        )
    }

    /// Positions of `bit`, by strand.
    fn at(annotation: &Annotation, bit: u16) -> [Vec<usize>; 2] {
        annotation
            .marks("c", 100)
            .map(|marks| (0..100).filter(|&i| marks[i] & bit != 0).collect())
    }

    #[test]
    fn exon_starts_follow_the_transcript_on_both_strands() {
        for (strand, acceptors, donors, tss) in [
            (
                "+",
                [vec![30, 50], vec![]],
                [vec![19, 39], vec![]],
                [vec![10], vec![]],
            ),
            // The start of an exon on the reverse strand is its last base.
            (
                "-",
                [vec![], vec![39, 19]],
                [vec![], vec![50, 30]],
                [vec![], vec![59]],
            ),
        ] {
            let exons = [(11, 20), (31, 40), (51, 60)];
            let text: String = exons
                .iter()
                .map(|&(s, e)| line("exon", s, e, strand, "t"))
                .chain([line("CDS", 15, 20, strand, "t")])
                .collect();
            let annotation = annotation(&text, None, None);
            let sorted = |mut both: [Vec<usize>; 2]| {
                both.iter_mut().for_each(|list| list.sort_unstable());
                both
            };
            assert_eq!(at(&annotation, mark::ACCEPTOR), sorted(acceptors));
            assert_eq!(at(&annotation, mark::DONOR), sorted(donors));
            assert_eq!(at(&annotation, mark::MASK_ACCEPTOR), sorted(tss));
        }
    }

    #[test]
    fn noncoding_sites_are_masked_and_the_bar_matters() {
        let text = line("exon", 11, 20, "+", "t") + &line("exon", 31, 40, "+", "t");
        let starts = "c\t60\t61\tacceptor_AG|coding\t0\t+\nc\t70\t71\tacceptor_AG|noncoding\t0\t-\n\
                      c\t80\t81\ttss|coding\t0\t+\n";
        let ends = "c\t65\t66\tdonor_GT|coding\t0\t+\nc\t75\t76\tdonor_GC|noncoding\t0\t-\n\
                    c\t85\t86\ttes|coding\t0\t+\n";
        let annotation = annotation(&text, Some(starts), Some(ends));
        assert_eq!(at(&annotation, mark::ACCEPTOR), [vec![60], vec![]]);
        assert_eq!(at(&annotation, mark::NONCODING), [vec![30], vec![70]]);
        assert_eq!(
            at(&annotation, mark::MASK_ACCEPTOR),
            [vec![10, 30, 80], vec![70]]
        );
        assert_eq!(at(&annotation, mark::DONOR), [vec![65], vec![]]);
        assert_eq!(at(&annotation, mark::NONCODING_DONOR), [vec![19], vec![75]]);
        assert_eq!(
            at(&annotation, mark::MASK_DONOR),
            [vec![19, 39, 85], vec![75]]
        );
    }
}
