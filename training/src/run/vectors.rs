//! Vectors of words (k-mers) of 3 to 8 bases: skip-gram with negative sampling (Mikolov et al.,
//! arXiv:1310.4546) over segments of a genome cut into words as dna2vec does (Ng,
//! arXiv:1701.06279), and the two properties that tell that they mean something.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use tch::{Kind, Tensor};

use crate::clock;
use crate::data::genome::{Contig, UNKNOWN, complement, read_fasta};
use crate::figures::provenance::{Origin, Provenance};
use crate::files::write_json;
use crate::metrics::spearman;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    pub name: String,
    pub seed: u64,
    pub system: String,
    pub genome: PathBuf,
    /// Shortest and longest word.
    pub words: [usize; 2],
    pub width: usize,
    /// Most words between a word and one of its context; each word draws its own.
    pub window: usize,
    pub negatives: usize,
    /// Shortest and longest segment; each is reversed with probability one half.
    pub segment: [usize; 2],
    /// The rate falls to a thousandth.
    pub learning_rate: f32,
    /// Bases read in all.
    pub bases: usize,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct EmbeddingResult {
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

/// Words of all lengths, shortest first.
struct Vocabulary {
    shortest: usize,
    longest: usize,
}

impl Vocabulary {
    fn offset(&self, k: usize) -> usize {
        (self.shortest..k).map(|k| 4usize.pow(k as u32)).sum()
    }

    fn size(&self) -> usize {
        self.offset(self.longest + 1)
    }

    fn word(&self, codes: &[u8]) -> usize {
        let index = codes
            .iter()
            .fold(0, |sum, &code| sum * 4 + usize::from(code));
        self.offset(codes.len()) + index
    }
}

struct Vectors {
    width: usize,
    flat: Vec<f32>,
}

impl Vectors {
    fn of(&self, word: usize) -> &[f32] {
        &self.flat[word * self.width..(word + 1) * self.width]
    }
}

/// Trains, checks, and leaves `vectors.ot` in the run's folder.
pub fn work(recipe: &Recipe, origin: &Origin) -> Result<()> {
    let [shortest, longest] = recipe.words;
    ensure!(
        0 < shortest && shortest <= 3 && 8 <= longest && longest <= 8,
        "words: 3 to 8"
    );
    let file = origin.folder.join("vectors.ot");
    if file.exists() && origin.result.exists() {
        println!("{} is there", file.display());
        return Ok(());
    }
    let vocabulary = Vocabulary { shortest, longest };
    let contigs = read_fasta(&origin.data.join(&recipe.genome))?;
    let start = clock::seconds();
    let vectors = train(recipe, &vocabulary, &contigs);
    let seconds = (clock::seconds() - start).round();
    std::fs::create_dir_all(origin.folder)?;
    let tensor = |k: usize| {
        let (from, count) = (vocabulary.offset(k), 4usize.pow(k as u32));
        let flat = &vectors.flat[from * recipe.width..(from + count) * recipe.width];
        let shape = [count as i64, recipe.width as i64];
        (format!("words{k}"), Tensor::from_slice(flat).reshape(shape))
    };
    let tensors: Vec<(String, Tensor)> = (shortest..=longest).map(tensor).collect();
    Tensor::save_multi(&tensors, &file).with_context(|| format!("{}", file.display()))?;
    let result = EmbeddingResult {
        kind: "embedding".into(),
        provenance: Provenance::new(origin, recipe.seed, vec![recipe.genome.clone()])?,
        system: recipe.system.clone(),
        vocabulary: vocabulary.size(),
        width: recipe.width,
        bases: recipe.bases,
        seconds,
        checks: check(&vectors, &vocabulary, recipe.seed),
    };
    println!("{:?}", result.checks);
    write_json(&origin.result, &result)
}

/// Copies the vectors of words of `k` bases of the run in `folder` into `table`, each brought to
/// unit variance of its numbers.
pub fn load(folder: &Path, k: usize, table: &Tensor) -> Result<()> {
    let path = folder.join("vectors.ot");
    let place = || {
        format!(
            "{} (run the recipe of the word vectors first)",
            path.display()
        )
    };
    let all = Tensor::load_multi(&path).with_context(place)?;
    let name = format!("words{k}");
    let found = all.into_iter().find(|(n, _)| *n == name);
    let (_, vectors) = found.with_context(|| format!("{}: no {name}", path.display()))?;
    ensure!(
        vectors.size() == table.size(),
        "{}: vectors of another width",
        path.display()
    );
    tch::no_grad(|| table.shallow_clone().copy_(&(&vectors / vectors.std(true))));
    Ok(())
}

fn train(recipe: &Recipe, vocabulary: &Vocabulary, contigs: &[Contig]) -> Vectors {
    let mut random = ChaCha8Rng::seed_from_u64(recipe.seed);
    let (width, size) = (recipe.width, vocabulary.size());
    let bound = 0.5 / width as f32;
    let mut inputs: Vec<f32> = (0..size * width)
        .map(|_| random.random_range(-bound..bound))
        .collect();
    let mut outputs = vec![0f32; size * width];
    let noise = noise(vocabulary, contigs);
    let mut read = 0;
    let mut change = vec![0f32; width];
    while read < recipe.bases {
        let segment = segment(recipe, contigs, &mut random);
        read += segment.len();
        let done = read as f32 / recipe.bases as f32;
        let rate = recipe.learning_rate * (1.0 - done).max(1e-3);
        let words = cut(&segment, vocabulary, &mut random);
        for (at, &centre) in words.iter().enumerate() {
            let reach = random.random_range(1..=recipe.window);
            let near = at.saturating_sub(reach)..(at + reach + 1).min(words.len());
            for context in near.filter(|&other| other != at) {
                let input = &mut inputs[words[context] * width..][..width];
                change.fill(0.0);
                for number in 0..=recipe.negatives {
                    let (word, target) = match number {
                        0 => (centre, 1.0),
                        _ => (*noise.choose(&mut random).unwrap_or(&0) as usize, 0.0),
                    };
                    if number > 0 && word == centre {
                        continue;
                    }
                    let output = &mut outputs[word * width..][..width];
                    let product: f32 = input.iter().zip(output.iter()).map(|(a, b)| a * b).sum();
                    let step = rate * (target - 1.0 / (1.0 + (-product).exp()));
                    for ((change, output), input) in
                        change.iter_mut().zip(output.iter_mut()).zip(input.iter())
                    {
                        *change += step * *output;
                        *output += step * input;
                    }
                }
                input.iter_mut().zip(&change).for_each(|(i, c)| *i += c);
            }
        }
    }
    Vectors {
        width,
        flat: inputs,
    }
}

/// A stretch of known bases, on either strand.
fn segment(recipe: &Recipe, contigs: &[Contig], random: &mut ChaCha8Rng) -> Vec<u8> {
    let [short, long] = recipe.segment;
    let blocks = contigs
        .iter()
        .flat_map(|c| c.blocks.iter().map(move |b| (c, b)));
    let blocks: Vec<_> = blocks.filter(|(_, block)| block.len() > long).collect();
    let total: usize = blocks.iter().map(|(_, block)| block.len()).sum();
    let mut at = random.random_range(0..total);
    let found = blocks.iter().find(|(_, block)| match at < block.len() {
        true => true,
        false => {
            at -= block.len();
            false
        }
    });
    let Some((contig, block)) = found else {
        return Vec::new();
    };
    let start = (block.start + at).min(block.end - long);
    let length = random.random_range(short..=long);
    let mut codes = contig.codes[start..start + length].to_vec();
    if random.random() {
        codes.reverse();
        codes.iter_mut().for_each(|code| *code = complement(*code));
    }
    codes
}

/// A word of random length from each base on.
fn cut(segment: &[u8], vocabulary: &Vocabulary, random: &mut ChaCha8Rng) -> Vec<usize> {
    let word = |at: usize| {
        let k = random.random_range(vocabulary.shortest..=vocabulary.longest);
        let codes = segment.get(at..at + k)?;
        (!codes.contains(&UNKNOWN)).then(|| vocabulary.word(codes))
    };
    (0..segment.len()).filter_map(word).collect()
}

/// Words in proportion to the power 3/4 of how often they occur; to draw from.
fn noise(vocabulary: &Vocabulary, contigs: &[Contig]) -> Vec<u32> {
    let mut counts = vec![0u32; vocabulary.size()];
    for contig in contigs {
        for block in &contig.blocks {
            let codes = &contig.codes[block.clone()];
            for k in vocabulary.shortest..=vocabulary.longest {
                let known = codes.windows(k).filter(|word| !word.contains(&UNKNOWN));
                known
                    .step_by(4)
                    .for_each(|word| counts[vocabulary.word(word)] += 1);
            }
        }
    }
    let power = |count: u32| f64::from(count + 1).powf(0.75);
    let total: f64 = counts.iter().map(|&c| power(c)).sum();
    let copies = |(word, &count): (usize, &u32)| {
        let copies = (power(count) / total * NOISE).ceil() as usize;
        std::iter::repeat_n(word as u32, copies)
    };
    counts.iter().enumerate().flat_map(copies).collect()
}

/// Entries of the noise table, about.
const NOISE: f64 = 2e6;

const PAIRS: usize = 1000;

fn check(vectors: &Vectors, vocabulary: &Vocabulary, seed: u64) -> Checks {
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
    // The sum's own length ranks nothing.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vocabulary_is_that_of_dna2vec() {
        let vocabulary = Vocabulary {
            shortest: 3,
            longest: 8,
        };
        assert_eq!(vocabulary.size(), 87_360);
        assert_eq!(vocabulary.word(&[0, 0, 0]), 0);
        assert_eq!(vocabulary.word(&[3; 8]), 87_359);
    }

    #[test]
    fn alignments_count_gaps_and_matches() {
        assert_eq!(alignment(&[0, 1, 2, 3], &[0, 1, 2, 3]), 4);
        assert_eq!(alignment(&[0, 1, 2, 3], &[1, 2, 3, 0]), 1);
        assert_eq!(alignment(&[0], &[1]), -1);
    }
}
