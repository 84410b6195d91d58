//! The dumb yardsticks that every network has to beat: GC content, regressions on the counts of
//! words (k-mers), and the best JASPAR matrix.

use anyhow::Result;
use tch::{Kind, Tensor};

use crate::bases::{UNKNOWN, complement};
use crate::data::jaspar::Matrix;
use crate::data::windows::examples::Example;
use crate::data::windows::genome::gc;
use crate::metrics::best_threshold;
use crate::recipe::windows::card::{Output, StrandRule};

pub struct WindowYardstick {
    pub name: String,
    kind: Scale,
    /// The score from which on it calls.
    pub threshold: f32,
}

enum Scale {
    Gc,
    Words {
        words: WordCounts,
        weights: Vec<f32>,
    },
    Matrix(Matrix),
}

/// Which words are counted.
#[derive(Clone, Copy)]
struct WordCounts {
    k: usize,
    /// On both strands, as the model itself reads a window.
    both: bool,
}

/// Ridge penalties tried; a tenth of the training examples picks one.
const PENALTIES: [f64; 5] = [0.1, 1.0, 10.0, 100.0, 1000.0];
/// Newton steps of a logistic regression.
const NEWTON: usize = 8;

impl WindowYardstick {
    /// GC content and a regression for each k of `words`, learnt from windows and their targets.
    pub fn learn(
        windows: &[Vec<u8>],
        targets: &[f32],
        output: Output,
        strand: StrandRule,
        words: &[usize],
    ) -> Result<Vec<WindowYardstick>> {
        let mut all = vec![WindowYardstick::new("GC content".into(), Scale::Gc)];
        for &k in words {
            let words = WordCounts {
                k,
                both: strand == StrandRule::Symmetric,
            };
            let weights = regress(windows, targets, words, output)?;
            let name = match output {
                Output::Logit => format!("{k}-mer logistic regression"),
                Output::Value => format!("{k}-mer ridge regression"),
            };
            all.push(WindowYardstick::new(name, Scale::Words { words, weights }));
        }
        if output == Output::Logit {
            let positive: Vec<bool> = targets.iter().map(|&t| t == 1.0).collect();
            for yardstick in &mut all {
                let scores = yardstick.scores(windows);
                yardstick.threshold = best_threshold(&scores, &positive);
            }
        }
        Ok(all)
    }

    fn new(name: String, kind: Scale) -> WindowYardstick {
        WindowYardstick {
            name,
            kind,
            threshold: 0.0,
        }
    }

    pub fn matrix(matrix: Matrix) -> WindowYardstick {
        let name = format!("JASPAR {} {}", matrix.name, matrix.id);
        WindowYardstick::new(name, Scale::Matrix(matrix))
    }

    pub fn scores(&self, windows: &[Vec<u8>]) -> Vec<f32> {
        let score = |window: &Vec<u8>| match &self.kind {
            Scale::Gc => gc(window) as f32,
            Scale::Matrix(matrix) => matrix.best(window),
            Scale::Words { words, weights } => {
                let shares = words.shares(window);
                let sum: f32 = shares
                    .iter()
                    .map(|&(word, share)| weights[word] * share)
                    .sum();
                sum + weights[weights.len() - 1]
            }
        };
        windows.iter().map(score).collect()
    }
}

impl WordCounts {
    /// Share of each word in a window; words with an unknown base are left out.
    fn shares(self, window: &[u8]) -> Vec<(usize, f32)> {
        let known = window.windows(self.k).filter(|w| !w.contains(&UNKNOWN));
        let next = |sum: usize, code: u8| sum * 4 + code as usize;
        let mut words = Vec::new();
        for word in known {
            words.push(word.iter().fold(0, |sum, &code| next(sum, code)));
            if self.both {
                let turned = word.iter().rev();
                words.push(turned.fold(0, |sum, &code| next(sum, complement(code))));
            }
        }
        let share = 1.0 / words.len().max(1) as f32;
        words.into_iter().map(|word| (word, share)).collect()
    }
}

/// Weights of standardised shares, put back on the shares themselves; the bias last.
fn regress(
    windows: &[Vec<u8>],
    targets: &[f32],
    words: WordCounts,
    output: Output,
) -> Result<Vec<f32>> {
    let size = 4i64.pow(words.k as u32);
    let count = windows.len() as i64;
    let mut flat = vec![0f32; (count * size) as usize];
    for (window, row) in windows.iter().zip(flat.chunks_exact_mut(size as usize)) {
        let shares = words.shares(window);
        shares.iter().for_each(|&(word, share)| row[word] += share);
    }
    let shares = Tensor::from_slice(&flat).reshape([count, size]);
    drop(flat);
    let mean = shares.mean_dim(0i64, true, Kind::Float);
    let deviation = shares.std_dim(0i64, true, true).clamp_min(1e-6);
    let ones = Tensor::ones([count, 1], (Kind::Float, shares.device()));
    let x = Tensor::cat(&[(&shares - &mean) / &deviation, ones], 1);
    let y = Tensor::from_slice(targets).reshape([count, 1]);
    // Every tenth example chooses the penalty.
    let tenth: Vec<i64> = (0..count).filter(|i| i % 10 == 0).collect();
    let rest: Vec<i64> = (0..count).filter(|i| i % 10 != 0).collect();
    let pick = |of: &Tensor, rows: &[i64]| of.index_select(0, &Tensor::from_slice(rows));
    let (x_rest, y_rest) = (pick(&x, &rest), pick(&y, &rest));
    let (x_tenth, y_tenth) = (pick(&x, &tenth), pick(&y, &tenth));
    let cost = |penalty: f64| {
        let sum = x_tenth.matmul(&solve(&x_rest, &y_rest, penalty, output));
        let loss = match output {
            Output::Logit => sum.binary_cross_entropy_with_logits::<Tensor>(
                &y_tenth,
                None,
                None,
                tch::Reduction::Mean,
            ),
            Output::Value => (sum - &y_tenth).square().mean(Kind::Float),
        };
        loss.double_value(&[])
    };
    let costs: Vec<(f64, f64)> = PENALTIES.iter().map(|&p| (cost(p), p)).collect();
    let best = costs
        .iter()
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map_or(1.0, |b| b.1);
    let solved = solve(&x, &y, best, output);
    let weights = solved.narrow(0, 0, size) / deviation.reshape([size, 1]);
    let bias = solved.narrow(0, size, 1) - mean.matmul(&weights);
    Ok(Vec::try_from(
        Tensor::cat(&[weights, bias], 0).reshape([-1]),
    )?)
}

/// Ridge regression in closed form; logistic regression by Newton's method (iteratively
/// reweighted least squares) from nothing. `[features, 1]`, the last one not penalised.
fn solve(x: &Tensor, y: &Tensor, penalty: f64, output: Output) -> Tensor {
    let features = x.size()[1];
    let ridge = Tensor::ones([features], (Kind::Float, x.device())) * penalty;
    let _ = ridge.narrow(0, features - 1, 1).fill_(1e-3);
    let mut weights = Tensor::zeros([features, 1], (Kind::Float, x.device()));
    let steps = if output == Output::Value { 1 } else { NEWTON };
    for _ in 0..steps {
        let (error, curvature) = match output {
            Output::Value => (y - x.matmul(&weights), Tensor::ones_like(y)),
            Output::Logit => {
                let p = x.matmul(&weights).sigmoid();
                (y - &p, &p * (1.0 - &p))
            }
        };
        let gradient = x.tr().matmul(&error) - ridge.unsqueeze(1) * &weights;
        let hessian = x.tr().matmul(&(x * curvature)) + ridge.diag(0);
        weights += Tensor::linalg_solve(&hessian, &gradient, true);
    }
    weights
}

/// Windows of the examples.
pub fn windows(examples: &[Example], length: usize) -> Vec<Vec<u8>> {
    examples.iter().map(|e| e.window(length, 0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bases::reverse_complement;
    use crate::metrics::{auroc, pearson};
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// Random windows, and how often CG stands in each.
    fn made() -> (Vec<Vec<u8>>, Vec<f32>) {
        let mut random = ChaCha8Rng::seed_from_u64(2);
        let window = |_| (0..60).map(|_| random.random_range(0..4)).collect();
        let windows: Vec<Vec<u8>> = (0..600).map(window).collect();
        let count = |w: &Vec<u8>| w.windows(2).filter(|pair| *pair == [1, 2]).count() as f32;
        let counts = windows.iter().map(count).collect();
        (windows, counts)
    }

    #[test]
    fn regressions_find_the_word_that_matters() {
        let (windows, counts) = made();
        let learnt =
            WindowYardstick::learn(&windows, &counts, Output::Value, StrandRule::Stranded, &[2])
                .unwrap();
        assert!(pearson(&learnt[1].scores(&windows), &counts) > 0.999);
        let classes: Vec<f32> = counts
            .iter()
            .map(|&c| f32::from(u8::from(c > 3.5)))
            .collect();
        let truth: Vec<bool> = classes.iter().map(|&c| c == 1.0).collect();
        let learnt = WindowYardstick::learn(
            &windows,
            &classes,
            Output::Logit,
            StrandRule::Stranded,
            &[2],
        )
        .unwrap();
        let area = |yardstick: &WindowYardstick| auroc(&yardstick.scores(&windows), &truth);
        assert!(area(&learnt[1]) > 0.99 && area(&learnt[0]) < 0.8);
    }
    #[test]
    fn a_symmetric_model_is_held_against_words_of_both_strands() {
        let (windows, counts) = made();
        let turned: Vec<Vec<u8>> = windows.iter().map(|w| reverse_complement(w)).collect();
        let off = |strand| {
            let learnt =
                WindowYardstick::learn(&windows, &counts, Output::Value, strand, &[3]).unwrap();
            let (here, there) = (learnt[1].scores(&windows), learnt[1].scores(&turned));
            let pairs = here.iter().zip(&there);
            pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
        };
        assert!(off(StrandRule::Symmetric) < 1e-4 && off(StrandRule::Stranded) > 0.1);
    }
}
