//! A gene in transcript direction: coding exons, introns with the signals that splicing reads.
//!
//! The weights are per cent, rounded, after the general literature on human genes: splice sites
//! after Senapathy, Shapiro and Harris (Methods Enzymol. 183, 1990); the branch point, yUnAy 18-40
//! bases before the acceptor, after Gao et al. (Nucleic Acids Res. 36, 2008); no AG between branch
//! point and acceptor after Gooding et al. (Genome Biol. 7, 2006); the bases of the three codon
//! positions are those of human codon usage (Nakamura, Nucleic Acids Res. 28, 2000). In front of a
//! gene lies a CpG island with GC boxes (Kadonaga et al., Trends Biochem. Sci. 11, 1986) and often a
//! site of USF1, an E-box as in matrix MA0093 of JASPAR.

use super::contig::background;
use super::random::{Random, Weights};

/// Last three bases of an exon: MAG.
const EXON_END: [Weights; 3] = [[33, 37, 18, 12], [60, 13, 12, 15], [8, 4, 81, 7]];
/// First six bases of an intron: GTRAGT.
const DONOR: [Weights; 6] = [
    [0, 0, 100, 0],
    [0, 0, 0, 100],
    [55, 3, 40, 2],
    [71, 8, 12, 9],
    [6, 5, 84, 5],
    [16, 17, 20, 47],
];
/// Branch point: yUnAy.
const BRANCH: [Weights; 5] = [
    [8, 46, 8, 38],
    [6, 10, 4, 80],
    [25, 25, 25, 25],
    [100, 0, 0, 0],
    [10, 42, 8, 40],
];
const TRACT: Weights = [9, 33, 8, 50];
/// Last four bases of an intron: NYAG.
const ACCEPTOR: [Weights; 4] = [
    [24, 29, 21, 26],
    [4, 68, 1, 27],
    [100, 0, 0, 0],
    [0, 0, 100, 0],
];
/// First base of an exon behind an acceptor.
const EXON_START: Weights = [25, 14, 50, 11];
/// CpG islands have about 65 % G+C, and as many CG as their bases suggest.
const ISLAND: Weights = [17, 33, 33, 17];
const GC_BOX: &[u8] = b"GGGGCGGGGC";
const USF1: &[u8] = b"GGTCACGTGACC";
const CODON: [Weights; 3] = [[27, 24, 32, 17], [31, 24, 19, 26], [18, 31, 29, 22]];

/// Sequence of a gene, and where its exons lie in it.
pub struct Gene {
    /// The promoter first.
    pub bases: Vec<u8>,
    /// Start and end of each exon, in transcript direction.
    pub exons: Vec<(usize, usize)>,
}

impl Gene {
    pub fn draw(random: &mut Random) -> Self {
        let count = random.between(4, 9);
        let mut lengths: Vec<usize> = (0..count).map(|_| random.between(90, 200)).collect();
        let total: usize = lengths.iter().sum();
        lengths[count - 1] += (3 - total % 3) % 3;
        let coding = coding(random, &lengths);
        let mut gene = Self {
            bases: promoter(random),
            exons: Vec::new(),
        };
        let mut at = 0;
        for (i, length) in lengths.iter().enumerate() {
            if i > 0 {
                gene.bases.extend(intron(random));
            }
            gene.exons
                .push((gene.bases.len(), gene.bases.len() + length));
            gene.bases.extend(&coding[at..at + length]);
            at += length;
        }
        gene
    }
}

/// A CpG island that ends where the gene begins.
fn promoter(random: &mut Random) -> Vec<u8> {
    let length = random.between(500, 800);
    let mut bases: Vec<u8> = (0..length).map(|_| random.base(ISLAND)).collect();
    let mut plant = |motif: &[u8], before: usize| {
        bases[length - before..][..motif.len()].copy_from_slice(motif);
    };
    plant(GC_BOX, random.between(50, 70));
    plant(GC_BOX, random.between(90, 110));
    if random.chance(70) {
        plant(USF1, random.between(140, 200));
    }
    bases
}

/// One reading frame over all exons: ATG, no stop inside, a stop at the end.
fn coding(random: &mut Random, lengths: &[usize]) -> Vec<u8> {
    let total: usize = lengths.iter().sum();
    let mut weights: Vec<Weights> = (0..total).map(|i| CODON[i % 3]).collect();
    let mut border = 0;
    for length in &lengths[..lengths.len() - 1] {
        border += length;
        weights[border - 3..border].copy_from_slice(&EXON_END);
        weights[border] = EXON_START;
    }
    let mut bases = b"ATG".to_vec();
    for codon in weights[3..total - 3].chunks(3) {
        bases.extend(loop {
            let drawn: Vec<u8> = codon.iter().map(|&weights| random.base(weights)).collect();
            if !matches!(drawn.as_slice(), b"TAA" | b"TAG" | b"TGA") {
                break drawn;
            }
        });
    }
    bases.extend(b"TGA");
    bases
}

fn intron(random: &mut Random) -> Vec<u8> {
    // Halving the upper bound now and then makes short introns the common ones.
    let most = 5000 >> random.between(0, 4);
    let length = random.between(200, most.max(300));
    let end = acceptor(random);
    let middle = length - DONOR.len() - end.len();
    let mut bases: Vec<u8> = DONOR.iter().map(|&weights| random.base(weights)).collect();
    bases.extend(background(random, middle));
    bases.extend(end);
    bases
}

/// Branch point, polypyrimidine tract, NYAG; the only AG is the last one.
fn acceptor(random: &mut Random) -> Vec<u8> {
    loop {
        let tract = random.between(14, 30);
        let mut bases: Vec<u8> = BRANCH.iter().map(|&weights| random.base(weights)).collect();
        bases.extend((0..tract).map(|_| random.base(TRACT)));
        bases.extend(ACCEPTOR.iter().map(|&weights| random.base(weights)));
        if bases.windows(2).position(|pair| pair == b"AG") == Some(bases.len() - 2) {
            return bases;
        }
    }
}
