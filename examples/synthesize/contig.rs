//! A contig with genes on both strands, sites of CTCF between them, repeats in lower case, and a
//! gap. The site is the consensus of matrix MA0139 of JASPAR.
//!
//! Composition after the human genome paper (Nature 409, 2001): 41 % G+C, CpG a fifth as frequent
//! as its bases suggest.

use super::gene::Gene;
use super::random::{Random, Weights};

const SEED: u64 = 20_260_214;
const NAME: &str = "example";
const LENGTH: usize = 200_000;
const GAP: usize = 2_000;
const LINE: usize = 60;
const CTCF: &[u8] = b"TGGCCACCAGGGGGCGCTA";

pub struct Contig {
    bases: Vec<u8>,
    /// First base of each exon behind an acceptor, name, strand; by position.
    starts: Vec<(usize, String, char)>,
    genes: Vec<Placed>,
}

/// A gene in its place.
struct Placed {
    name: String,
    strand: char,
    /// Start and end of each exon, from left to right.
    exons: Vec<(usize, usize)>,
}

/// Sequence between genes, and in introns.
pub fn background(random: &mut Random, length: usize) -> Vec<u8> {
    let mut bases: Vec<u8> = Vec::with_capacity(length);
    for i in 0..length {
        let mut weights: Weights = [284, 210, 222, 284];
        if i > 0 && bases[i - 1] == b'C' {
            weights = [340, 270, 42, 348];
        }
        // Runs of A and of T are longer than chance makes them.
        if i > 1 && bases[i - 1] == bases[i - 2] {
            match bases[i - 1] {
                b'A' => weights[0] += 90,
                b'T' => weights[3] += 90,
                _ => {}
            }
        }
        bases.push(random.base(weights));
    }
    bases
}

pub fn synthesize() -> Contig {
    let mut random = Random::new(SEED);
    let mut contig = Contig {
        bases: Vec::new(),
        starts: Vec::new(),
        genes: Vec::new(),
    };
    let mut gap_is_open = true;
    let mut genes = 0;
    loop {
        let distance = random.between(1_500, 6_000);
        let gene = Gene::draw(&mut random);
        if contig.bases.len() + distance + gene.bases.len() + 1_500 > LENGTH - GAP {
            break;
        }
        contig.repeats(&mut random, distance);
        if random.chance(60) {
            let at = contig.bases.len() - random.between(200, 1_200);
            contig.bases[at..at + CTCF.len()].copy_from_slice(CTCF);
        }
        if gap_is_open && contig.bases.len() > LENGTH / 2 {
            contig.bases.extend([b'N'; GAP]);
            gap_is_open = false;
        }
        genes += 1;
        let forward = random.chance(50);
        contig.place(&mut random, &gene, genes, forward);
    }
    let rest = LENGTH - contig.bases.len();
    contig.repeats(&mut random, rest);
    contig.starts.sort();
    contig
}

impl Contig {
    /// Background in which some stretches are lower case.
    fn repeats(&mut self, random: &mut Random, length: usize) {
        let mut bases = background(random, length);
        soft_mask(random, &mut bases);
        self.bases.extend(bases);
    }

    fn place(&mut self, random: &mut Random, gene: &Gene, number: usize, forward: bool) {
        let mut bases = gene.bases.clone();
        for pair in gene.exons.windows(2) {
            // Signals lie within 60 bases of an exon.
            let (from, to) = (pair[0].1 + 60, pair[1].0 - 60);
            soft_mask(random, &mut bases[from..to]);
        }
        let origin = self.bases.len();
        let last = origin + bases.len() - 1;
        let strand = if forward { '+' } else { '-' };
        let place = |&(start, end): &(usize, usize)| match forward {
            true => (origin + start, origin + end),
            false => (last + 1 - end, last + 1 - start),
        };
        let mut exons: Vec<_> = gene.exons.iter().map(place).collect();
        exons.sort_unstable();
        self.genes.push(Placed {
            name: format!("gene{number}"),
            strand,
            exons,
        });
        for (i, &(start, _)) in gene.exons.iter().enumerate().skip(1) {
            let at = if forward {
                origin + start
            } else {
                last - start
            };
            self.starts
                .push((at, format!("gene{number}.exon{}", i + 1), strand));
        }
        if forward {
            self.bases.extend(bases);
        } else {
            self.bases
                .extend(bases.iter().rev().map(|&base| complement(base)));
        }
    }

    pub fn fasta(&self) -> String {
        let mut text = format!(">{NAME} synthetic, made by examples/synthesize, seed {SEED}\n");
        for line in self.bases.chunks(LINE) {
            text.extend(line.iter().map(|&base| char::from(base)));
            text.push('\n');
        }
        text
    }

    /// BED6, one row an exon start.
    pub fn truth(&self) -> String {
        let row = |(at, name, strand): &(usize, String, char)| {
            format!("{NAME}\t{at}\t{}\t{name}\t1000\t{strand}\n", at + 1)
        };
        self.starts.iter().map(row).collect()
    }

    /// BED12, one row a gene.
    pub fn genes(&self) -> String {
        let row = |gene: &Placed| {
            let (start, end) = (gene.exons[0].0, gene.exons[gene.exons.len() - 1].1);
            let list = |of: &dyn Fn(&(usize, usize)) -> usize| {
                let numbers: Vec<_> = gene.exons.iter().map(|exon| of(exon).to_string()).collect();
                numbers.join(",")
            };
            format!(
                "{NAME}\t{start}\t{end}\t{}\t1000\t{}\t{start}\t{end}\t0\t{}\t{}\t{}\n",
                gene.name,
                gene.strand,
                gene.exons.len(),
                list(&|&(start, end)| end - start),
                list(&|&(from, _)| from - start),
            )
        };
        self.genes.iter().map(row).collect()
    }
}

/// Turns about a third of the bases to lower case, in stretches of the size of Alu and shorter.
fn soft_mask(random: &mut Random, bases: &mut [u8]) {
    let mut at = random.between(0, 600);
    while at < bases.len() {
        let end = (at + random.between(80, 330)).min(bases.len());
        bases[at..end].make_ascii_lowercase();
        at = end + random.between(100, 700);
    }
}

fn complement(base: u8) -> u8 {
    match base {
        b'A' => b'T',
        b'C' => b'G',
        b'G' => b'C',
        b'T' => b'A',
        b'a' => b't',
        b'c' => b'g',
        b'g' => b'c',
        b't' => b'a',
        other => other,
    }
}
