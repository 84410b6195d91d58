//! Plain yardsticks along a genome, bin by bin: GC content, CpG density and islands, the best
//! matrices of JASPAR, and a regression on words learnt along the same blocks as the network.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use tch::{Kind, Tensor};

use crate::bases::UNKNOWN;
use crate::data::jaspar::Matrix;
use crate::data::tracks::labels::{LabelledGenomes, Truth};
use crate::figures::cpg::{cpg_density, cpg_island};
use crate::run::tracks::score::{BIN, truth};

/// Bases of a word.
const K: usize = 5;
/// Distinct words: each is one with its reverse complement.
const WORDS: usize = 512;
/// Bins whose words count, half of them on each side.
const AROUND: usize = 5;
/// Bases around a base that GC content, and that CpG pairs are counted in.
const GC_WIDTH: usize = 201;
const CPG_WIDTH: usize = 501;

/// The largest value of each bin, a name each.
pub fn densities(codes: &[u8]) -> Vec<(&'static str, Vec<f32>)> {
    vec![
        ("GC content", highest(&gc(codes, GC_WIDTH), codes.len())),
        (
            "CpG density",
            highest(&cpg_density(codes, CPG_WIDTH), codes.len()),
        ),
        (
            "CpG island",
            highest(&cpg_island(codes, CPG_WIDTH), codes.len()),
        ),
    ]
}

fn gc(codes: &[u8], width: usize) -> Vec<f32> {
    let mut before = vec![0u32];
    for &code in codes {
        before.push(before[before.len() - 1] + u32::from(code == 1 || code == 2));
    }
    let share = |at: usize| {
        let from = at.saturating_sub(width / 2);
        let till = (at + width / 2 + 1).min(codes.len());
        (before[till] - before[from]) as f32
    };
    (0..codes.len()).map(share).collect()
}

/// The largest number of each whole bin; NaN is none.
fn highest(values: &[f32], bases: usize) -> Vec<f32> {
    let bins = values[..bases / BIN * BIN].chunks_exact(BIN);
    bins.map(|bin| bin.iter().copied().fold(f32::MIN, f32::max))
        .collect()
}

/// JASPAR's matrices of a factor, alone or in a pair with another.
pub fn matrices_of(all: &[Matrix], factor: &str) -> Vec<usize> {
    let named = |matrix: &Matrix| {
        let mut names = matrix.name.split("::");
        names.any(|name| name.eq_ignore_ascii_case(factor))
    };
    (0..all.len()).filter(|&at| named(&all[at])).collect()
}

/// A matrix's best match in each whole bin: of the sites that begin in it.
pub fn matches(matrix: &Matrix, codes: &[u8]) -> Vec<f32> {
    let width = matrix.scores.len();
    let bin = |at: usize| {
        let till = ((at + 1) * BIN + width - 1).min(codes.len());
        matrix.best(&codes[at * BIN..till])
    };
    (0..codes.len() / BIN).map(bin).collect()
}

/// The word of each value, and the same of its reverse complement, are one.
fn canonical() -> Vec<usize> {
    let mut numbers = vec![usize::MAX; 1 << (2 * K)];
    let mut count = 0;
    for word in 0..numbers.len() {
        let turned = (0..K).fold(0, |turned, i| turned * 4 + (3 - (word >> (2 * i) & 3)));
        if numbers[word.min(turned)] == usize::MAX {
            numbers[word.min(turned)] = count;
            count += 1;
        }
        numbers[word] = numbers[word.min(turned)];
    }
    numbers
}

/// Words that begin in each bin of `bins`, and in the bins around it: `2 · WORDS` counts a bin.
fn words(codes: &[u8], bins: std::ops::Range<usize>) -> Vec<f32> {
    let numbers = canonical();
    let wide = bins.start.saturating_sub(AROUND)..(bins.end + AROUND).min(codes.len() / BIN + 1);
    let mut counts = vec![0f32; wide.len() * WORDS];
    let from = wide.start * BIN;
    for (at, word) in codes[from..].windows(K).enumerate().take(wide.len() * BIN) {
        if !word.contains(&UNKNOWN) {
            let word = word.iter().fold(0, |sum, &code| sum * 4 + code as usize);
            counts[at / BIN * WORDS + numbers[word]] += 1.0;
        }
    }
    let mut all = Vec::with_capacity(bins.len() * 2 * WORDS);
    for bin in bins {
        let row = |bin: usize| &counts[(bin - wide.start) * WORDS..][..WORDS];
        all.extend_from_slice(row(bin));
        let mut sum = vec![0f32; WORDS];
        let half = AROUND / 2;
        for near in bin.saturating_sub(half).max(wide.start)..(bin + half + 1).min(wide.end) {
            sum.iter_mut().zip(row(near)).for_each(|(sum, x)| *sum += x);
        }
        all.extend(sum);
    }
    all
}

/// Logistic regressions on words, one a label.
pub struct Regression {
    mean: Tensor,
    deviation: Tensor,
    /// `[2 · WORDS + 1, labels]`, the shift last.
    weights: Tensor,
}

const PASSES: usize = 6;
const ROWS: usize = 256;
const RATE: f64 = 1e-3;
/// Of the squared weights in the loss.
const PENALTY: f64 = 5e-4;

impl Regression {
    /// Learns `labels` along all training blocks of the first genome.
    pub fn learn(data: &LabelledGenomes, labels: &[usize], seed: u64) -> Regression {
        let genome = &data.genomes[0];
        let (mut rows, mut targets, mut weights) = (Vec::new(), Vec::new(), Vec::new());
        for (contig, block) in &genome.train {
            let codes = &genome.contigs[*contig].codes;
            let bins = block.start.div_ceil(BIN)..block.end / BIN;
            let counts = words(codes, bins.clone());
            for (bin, counts) in bins.zip(counts.chunks_exact(2 * WORDS)) {
                let bases = &codes[bin * BIN..(bin + 1) * BIN];
                if bases.iter().filter(|code| **code == UNKNOWN).count() >= BIN / 10 {
                    continue;
                }
                rows.extend_from_slice(counts);
                for &label in labels {
                    let truth = truth(data, 0, *contig, bin, label);
                    targets.push(f32::from(u8::from(truth == Truth::Site)));
                    weights.push(f32::from(u8::from(truth != Truth::Unsure)));
                }
            }
        }
        let labels = labels.len() as i64;
        let x = Tensor::from_slice(&rows).reshape([-1, 2 * WORDS as i64]);
        let y = Tensor::from_slice(&targets).reshape([-1, labels]);
        let known = Tensor::from_slice(&weights).reshape([-1, labels]);
        let mean = x.mean_dim(0i64, true, Kind::Float);
        let deviation = x.std_dim(0i64, true, true).clamp_min(1e-6);
        let mut x = x;
        x -= &mean;
        x /= &deviation;
        let weights = descend(&x, &y, &known, seed);
        Regression {
            mean,
            deviation,
            weights,
        }
    }

    /// The value of each whole bin of a contig: a list a label.
    pub fn scores(&self, codes: &[u8]) -> Vec<Vec<f32>> {
        let bins = 0..codes.len() / BIN;
        let x = Tensor::from_slice(&words(codes, bins)).reshape([-1, 2 * WORDS as i64]);
        let x = (x - &self.mean) / &self.deviation;
        let scores = with_one(&x).matmul(&self.weights).tr().contiguous();
        let labels = self.weights.size()[1];
        let row = |label| Vec::try_from(scores.get(label)).expect("a row of single numbers");
        (0..labels).map(row).collect()
    }
}

fn with_one(x: &Tensor) -> Tensor {
    Tensor::cat(
        &[
            x,
            &Tensor::ones([x.size()[0], 1], (Kind::Float, x.device())),
        ],
        1,
    )
}

/// Weights by Adam (Kingma and Ba, arXiv:1412.6980), their mean over the last half of the passes.
fn descend(x: &Tensor, y: &Tensor, known: &Tensor, seed: u64) -> Tensor {
    let (count, labels) = (x.size()[0], y.size()[1]);
    let shape = [x.size()[1] + 1, labels];
    let zeros = || Tensor::zeros(shape, (Kind::Float, x.device()));
    let (mut weights, mut first, mut second, mut mean) = (zeros(), zeros(), zeros(), zeros());
    // A label's share of positives is where its regression begins.
    let sites = (y * known).sum_dim_intlist(0i64, false, Kind::Float);
    let share = (sites
        / known
            .sum_dim_intlist(0i64, false, Kind::Float)
            .clamp_min(1.0))
    .clamp(1e-6, 0.9);
    let odds: Tensor = &share / (1.0 - &share);
    weights.get(shape[0] - 1).copy_(&odds.log());
    let mut order: Vec<i64> = (0..count).collect();
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let total = PASSES * order.len().div_ceil(ROWS);
    let (mut step, mut averaged) = (0, 0.0);
    for _ in 0..PASSES {
        order.shuffle(&mut random);
        for rows in order.chunks(ROWS) {
            let rows = Tensor::from_slice(rows);
            let pick = |of: &Tensor| of.index_select(0, &rows);
            let (x, y, known) = (with_one(&pick(x)), pick(y), pick(known));
            let error = (x.matmul(&weights).sigmoid() - y) * known;
            let gradient =
                x.tr().matmul(&error) / rows.size()[0] as f64 + &weights * (2.0 * PENALTY);
            step += 1;
            first = first * 0.9 + &gradient * 0.1;
            second = second * 0.999 + gradient.square() * 0.001;
            let unbias = |beta: f64| 1.0 - beta.powi(step);
            let rate = RATE * (1.0 - f64::from(step - 1) / total as f64);
            let scale = (&second / unbias(0.999)).sqrt() + 1e-8;
            weights -= &first / unbias(0.9) / scale * rate;
            if 2 * step as usize > total {
                averaged += 1.0;
                mean += (&weights - &mean) / averaged;
            }
        }
    }
    mean
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bases::complement;

    #[test]
    fn a_word_and_its_reverse_complement_are_one() {
        let numbers = canonical();
        assert_eq!(numbers.iter().max(), Some(&(WORDS - 1)));
        let number = |codes: [u8; K]| numbers[codes.iter().fold(0, |s, &c| s * 4 + c as usize)];
        let word = [0, 1, 2, 3, 3];
        let mut turned = word.map(complement);
        turned.reverse();
        assert_eq!(number(word), number(turned));
    }

    #[test]
    fn words_are_counted_where_they_begin() {
        let mut codes = vec![0u8; 4 * BIN];
        codes[2 * BIN - 1] = 1;
        let counts = words(&codes, 0..4);
        let row = |bin: usize| &counts[bin * 2 * WORDS..(bin + 1) * 2 * WORDS];
        // All words but the one that begins with C, in the bin of that C.
        assert_eq!(row(1)[..WORDS].iter().sum::<f32>(), BIN as f32);
        assert_eq!(row(2)[0], BIN as f32);
        assert_eq!(row(1)[0], (BIN - K) as f32);
        // A bin in the middle has all others around it; the last words do not fit.
        assert_eq!(
            row(1)[WORDS..].iter().sum::<f32>(),
            (4 * BIN - K + 1) as f32
        );
    }
}
