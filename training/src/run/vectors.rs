//! Vectors of words (k-mers) of 3 to 8 bases: skip-gram with negative sampling (Mikolov et al.,
//! arXiv:1310.4546) over segments of a genome cut into words as dna2vec does (Ng,
//! arXiv:1701.06279).

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tch::Tensor;

use crate::bases::{UNKNOWN, reverse_complement};
use crate::data::genome::Contig;
use crate::recipe::vectors::VectorsRecipe;

/// Words of all lengths, shortest first.
pub struct Vocabulary {
    pub shortest: usize,
    pub longest: usize,
}

impl Vocabulary {
    pub fn offset(&self, k: usize) -> usize {
        (self.shortest..k).map(|k| 4usize.pow(k as u32)).sum()
    }

    pub fn size(&self) -> usize {
        self.offset(self.longest + 1)
    }

    pub fn word(&self, codes: &[u8]) -> usize {
        let index = codes
            .iter()
            .fold(0, |sum, &code| sum * 4 + usize::from(code));
        self.offset(codes.len()) + index
    }
}

pub struct Vectors {
    pub width: usize,
    pub flat: Vec<f32>,
}

impl Vectors {
    pub fn of(&self, word: usize) -> &[f32] {
        &self.flat[word * self.width..(word + 1) * self.width]
    }
}

/// Writes the vectors into `folder`, a tensor for each length of words.
pub fn save(vectors: &Vectors, vocabulary: &Vocabulary, folder: &Path) -> Result<()> {
    let tensor = |k: usize| {
        let (from, count) = (vocabulary.offset(k), 4usize.pow(k as u32));
        let flat = &vectors.flat[from * vectors.width..(from + count) * vectors.width];
        let shape = [count as i64, vectors.width as i64];
        (format!("words{k}"), Tensor::from_slice(flat).reshape(shape))
    };
    let lengths = vocabulary.shortest..=vocabulary.longest;
    let tensors: Vec<(String, Tensor)> = lengths.map(tensor).collect();
    let file = path(folder);
    let new = folder.join("vectors.new");
    Tensor::save_multi(&tensors, &new).with_context(|| format!("{}", new.display()))?;
    std::fs::rename(&new, &file).with_context(|| format!("{}", file.display()))
}

/// The file that a run's vectors are in.
pub fn path(folder: &Path) -> PathBuf {
    folder.join("vectors.ot")
}

/// Copies the vectors of words of `k` bases of the run in `folder` into `table`, each brought to
/// unit variance of its numbers.
pub fn load(folder: &Path, k: usize, table: &Tensor) -> Result<()> {
    let path = path(folder);
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

pub fn train(recipe: &VectorsRecipe, vocabulary: &Vocabulary, contigs: &[Contig]) -> Vectors {
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
fn segment(recipe: &VectorsRecipe, contigs: &[Contig], random: &mut ChaCha8Rng) -> Vec<u8> {
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
        codes = reverse_complement(&codes);
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
}
