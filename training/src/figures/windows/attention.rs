//! What attention over words looks at: which words, and where in a window.

use anyhow::Result;
use serde::{Deserialize, Serialize};
use tch::Kind;

use crate::bases::UNKNOWN;
use crate::data::windows::examples::Example;
use crate::net::network::{Network, Weights};

/// Words in the table, from each end.
const WORDS: usize = 8;
/// Windows on the map: the highest scores of the first label.
const WINDOWS: usize = 3;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Attention {
    /// What speaks most for the label, then what speaks most against it.
    pub words: Vec<Word>,
    /// The share of attention at each word of some windows, by the window's score.
    pub windows: Vec<(String, Vec<f64>)>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Word {
    pub word: String,
    /// Attention that it draws, as a multiple of the mean word's.
    pub weight: f64,
    /// What the head makes of it: added to a logit in proportion to its share of attention.
    pub value: f64,
}

/// Of a network that looks words up by two numbers each; none of another.
pub fn attention(
    network: &Network,
    k: usize,
    examples: &[Example],
    scores: &[f32],
) -> Result<Option<Attention>> {
    let words = network.weights.iter().find_map(|weights| match weights {
        Weights::Words(words) => Some(words),
        _ => None,
    });
    let Some(words) = words else { return Ok(None) };
    let numbers = tch::no_grad(|| words.numbers().to_kind(Kind::Double));
    let column = |at: i64| Vec::<f64>::try_from(numbers.select(1, at).contiguous());
    let (weights, headed) = (column(0)?, column(1)?);
    let count = 4usize.pow(k as u32);
    let mean = weights[..count].iter().sum::<f64>() / count as f64;
    let rounded = |value: f64| (value * 1e4).round() / 1e4;
    let mut order: Vec<usize> = (0..count).collect();
    // By what a word adds where it stands: attention times value.
    order.sort_by(|&a, &b| headed[b].total_cmp(&headed[a]));
    let ends = order[..WORDS]
        .iter()
        .chain(order[count - WORDS..].iter().rev());
    let word = |&at: &usize| Word {
        word: spelled(at, k),
        weight: rounded(weights[at] / mean),
        value: rounded(headed[at] / weights[at]),
    };
    let mut best: Vec<usize> = (0..examples.len()).collect();
    best.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    let window = |&at: &usize| {
        let codes = examples[at].window(network.graph.window(), 0);
        let drawn: Vec<f64> = codes
            .windows(k)
            .map(|word| weight(word, &weights))
            .collect();
        let all: f64 = drawn.iter().sum();
        let shares = drawn
            .iter()
            .map(|weight| (weight / all * 1e5).round() / 1e5);
        (format!("logit {:.2}", scores[at]), shares.collect())
    };
    Ok(Some(Attention {
        words: ends.map(word).collect(),
        windows: best.iter().take(WINDOWS).map(window).collect(),
    }))
}

/// Of a word at a place of a window; 0 where a base is unknown.
fn weight(word: &[u8], weights: &[f64]) -> f64 {
    if word.contains(&UNKNOWN) {
        return 0.0;
    }
    weights[word
        .iter()
        .fold(0, |sum, &code| sum * 4 + usize::from(code))]
}

fn spelled(word: usize, k: usize) -> String {
    let letter = |i: usize| char::from(b"ACGT"[word >> (2 * (k - 1 - i)) & 3]);
    (0..k).map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_spelled_as_they_are_counted() {
        assert_eq!(spelled(0b_00_01_10_11, 4), "ACGT");
        let weights: Vec<f64> = (0..256).map(f64::from).collect();
        assert_eq!(weight(&[0, 1, 2, 3], &weights), 27.0);
        assert_eq!(weight(&[0, UNKNOWN, 2, 3], &weights), 0.0);
    }
}
