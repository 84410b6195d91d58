//! Two properties of meaningful word vectors: sums that lie near
//! concatenations, and cosines that follow alignments.

use std::fmt::Write;

use anyhow::Result;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use tch::{Kind, Tensor};

use crate::figures::provenance::Provenance;
use crate::metrics::spearman;
use crate::run::vectors::{Vectors, Vocabulary};

#[derive(Debug, Serialize, Deserialize)]
pub struct VectorsResult {
    /// `embedding`, which tells this file from other results.
    pub kind: String,
    #[serde(flatten)]
    pub provenance: Provenance,
    pub system: String,
    pub vocabulary: usize,
    pub width: usize,
    pub bases: usize,
    pub seconds: f64,
    pub checks: Checks,
}

/// On pairs drawn at random.
#[derive(Debug, Serialize, Deserialize)]
pub struct Checks {
    pub pairs: usize,
    /// Share of pairs of 3-mers whose sum lies nearest, among all 6-mers, to one of their two
    /// concatenations; then among the ten nearest.
    pub concatenation_first: f64,
    pub concatenation_ten: f64,
    /// The same for vectors shuffled among the words.
    pub concatenation_ten_shuffled: f64,
    /// Spearman's coefficient of cosine and alignment score of pairs of 8-mers.
    pub cosine_alignment: f64,
}

const PAIRS: usize = 1000;

pub fn check(vectors: &Vectors, vocabulary: &Vocabulary, seed: u64) -> Checks {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut shuffled: Vec<usize> = (0..64).collect();
    rand::seq::SliceRandom::shuffle(shuffled.as_mut_slice(), &mut random);
    let same: Vec<usize> = (0..64).collect();
    let [first, ten] = concatenation(vectors, vocabulary, &same, seed);
    let [_, ten_shuffled] = concatenation(vectors, vocabulary, &shuffled, seed);
    let (mut cosines, mut scores) = (Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        let a: Vec<u8> = (0..8).map(|_| random.random_range(0..4)).collect();
        // From the same word to one that shares nothing.
        let kept = random.random_range(0.0..1.0);
        let other = |code: &u8| match random.random_bool(kept) {
            true => *code,
            false => random.random_range(0..4),
        };
        let b: Vec<u8> = a.iter().map(other).collect();
        cosines.push(cosine(
            vectors.of(vocabulary.word(&a)),
            vectors.of(vocabulary.word(&b)),
        ));
        scores.push(alignment(&a, &b) as f32);
    }
    Checks {
        pairs: PAIRS,
        concatenation_first: first,
        concatenation_ten: ten,
        concatenation_ten_shuffled: ten_shuffled,
        cosine_alignment: spearman(&cosines, &scores),
    }
}

/// Shares of pairs whose concatenation is nearest to their sum, and among the ten nearest; 3-mers
/// take the vectors that `standing` names.
fn concatenation(
    vectors: &Vectors,
    vocabulary: &Vocabulary,
    standing: &[usize],
    seed: u64,
) -> [f64; 2] {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let three = vocabulary.offset(3);
    let pairs: Vec<[usize; 2]> = (0..PAIRS)
        .map(|_| [0, 1].map(|_| random.random_range(0..64)))
        .collect();
    let sum = |[a, b]: &[usize; 2]| {
        let [x, y] = [a, b].map(|&word| vectors.of(three + standing[word]));
        x.iter().zip(y).map(|(x, y)| x + y).collect::<Vec<f32>>()
    };
    let sums: Vec<f32> = pairs.iter().flat_map(sum).collect();
    let six = vocabulary.offset(6);
    let words = &vectors.flat[six * vectors.width..(six + 4096) * vectors.width];
    let rows = |flat: &[f32]| Tensor::from_slice(flat).reshape([-1, vectors.width as i64]);
    let words = rows(words);
    let lengths = words
        .square()
        .sum_dim_intlist(1i64, true, Kind::Float)
        .sqrt();
    // The sum's own length does not change the ranking.
    let cosines = rows(&sums).matmul(&(words / lengths.clamp_min(1e-12)).tr());
    let (mut first, mut ten) = (0, 0);
    for (at, [a, b]) in pairs.into_iter().enumerate() {
        let row = Vec::<f32>::try_from(cosines.get(at as i64)).unwrap_or_default();
        let best = row[a * 64 + b].max(row[b * 64 + a]);
        let nearer = row.iter().filter(|&&c| c > best).count();
        first += usize::from(nearer == 0);
        ten += usize::from(nearer < 10);
    }
    [first, ten].map(|count| count as f64 / PAIRS as f64)
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt().max(1e-12)
}

/// Global alignment (Needleman and Wunsch, J Mol Biol 48:443, 1970): 1 a match, -1 all else.
fn alignment(a: &[u8], b: &[u8]) -> i32 {
    let mut row: Vec<i32> = (0..=b.len() as i32).map(|gaps| -gaps).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = -(i as i32) - 1;
        for (j, y) in b.iter().enumerate() {
            let matched = diagonal + if x == y { 1 } else { -1 };
            diagonal = row[j + 1];
            row[j + 1] = matched.max(row[j] - 1).max(row[j + 1] - 1);
        }
    }
    row[b.len()]
}

/// The section of RESULTS.md on word vectors.
pub fn section(all: &[VectorsResult]) -> Result<String> {
    let mut out = String::new();
    for r in all {
        let checks = &r.checks;
        write!(
            out,
            "\n## Vectors of words: {}\n\n{} vectors of {} numbers, from {} Mb read in {:.0} \
             minutes. Of {} pairs of 3-mers, the sum of the vectors is nearest to a concatenation \
             of the two, among all 6-mers, in {:.3}, and has one among the ten nearest in {:.3} \
             (with the 3-mers' vectors shuffled: {:.3}). Over as many pairs of 8-mers, cosine and \
             alignment score have a Spearman coefficient of {:.3}.\n",
            r.provenance.name,
            r.vocabulary,
            r.width,
            r.bases / 1_000_000,
            r.seconds / 60.0,
            checks.pairs,
            checks.concatenation_first,
            checks.concatenation_ten,
            checks.concatenation_ten_shuffled,
            checks.cosine_alignment,
        )?;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alignments_count_gaps_and_matches() {
        assert_eq!(alignment(&[0, 1, 2, 3], &[0, 1, 2, 3]), 4);
        assert_eq!(alignment(&[0, 1, 2, 3], &[1, 2, 3, 0]), 1);
        assert_eq!(alignment(&[0], &[1]), -1);
    }
}
