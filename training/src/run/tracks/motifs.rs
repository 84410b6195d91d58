//! A first layer that begins with known binding motifs instead of noise: a few hundred peaks are
//! too few to find a long motif by.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use tch::Tensor;

use crate::data::jaspar::{Matrix, read as matrices};
use crate::net::network::{Network, Weights};
use crate::recipe::tracks::Motifs;

/// Log-odds under this are cut off: one unlikely base does not outweigh a motif.
const FLOOR: f32 = -2.0;

impl Motifs {
    /// Writes the matrices over the first channels of the first convolution.
    pub fn begin(&self, network: &Network, data: &Path) -> Result<()> {
        let all = matrices(&data.join(&self.matrices))?;
        let first = network.weights.iter().find_map(|weights| match weights {
            Weights::Conv { kernel, .. } => Some(kernel),
            _ => None,
        });
        let first = first.context("motifs: the network has no convolution")?;
        let [channels, _, width] = first.size()[..] else {
            unreachable!("a kernel has three dimensions")
        };
        ensure!(
            2 * self.names.len() as i64 <= channels,
            "motifs: {} matrices on both strands do not fit {channels} channels",
            self.names.len()
        );
        for (at, name) in self.names.iter().enumerate() {
            let named = |matrix: &&Matrix| matrix.name.eq_ignore_ascii_case(name);
            let matrix = all.iter().find(named);
            let matrix = matrix.with_context(|| format!("motifs: no matrix '{name}'"))?;
            let forward = kernel(&matrix.scores, width as usize);
            // Both dimensions turned are the other strand: bases are in the order A C G T.
            let reverse: Vec<f32> = forward.iter().rev().copied().collect();
            for (strand, values) in [forward, reverse].iter().enumerate() {
                let row = Tensor::from_slice(values).reshape([4, width]);
                // Of the norm of a random kernel, so that it learns at the same rate.
                let row = &row * (std::f64::consts::SQRT_2 / row.norm().double_value(&[]));
                let mut to = first.get((2 * at + strand) as i64);
                tch::no_grad(|| to.copy_(&row.to_device(first.device())));
            }
        }
        Ok(())
    }
}

/// `[4, width]`: a matrix in the middle, or the most informative part of a wider one.
fn kernel(scores: &[[f32; 4]], width: usize) -> Vec<f32> {
    let said = |row: &[f32; 4]| row.iter().map(|odds| odds.exp() / 4.0 * odds).sum::<f32>();
    let start = (0..=scores.len().saturating_sub(width)).max_by(|&a, &b| {
        let sum = |at: usize| scores[at..].iter().take(width).map(said).sum::<f32>();
        sum(a).total_cmp(&sum(b))
    });
    let part = &scores[start.unwrap_or(0)..];
    let part = &part[..part.len().min(width)];
    let before = (width - part.len()) / 2;
    let mut kernel = vec![0.0; 4 * width];
    for (at, row) in part.iter().enumerate() {
        for (base, odds) in row.iter().enumerate() {
            kernel[base * width + before + at] = odds.max(FLOOR);
        }
    }
    kernel
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_motif_lies_in_the_middle_or_is_cut() {
        let strong = [1.3, -4.0, -4.0, -4.0];
        let weak = [0.1, 0.0, 0.0, -0.1];
        assert_eq!(kernel(&[strong], 3)[..3], [0.0, 1.3, 0.0]);
        assert_eq!(kernel(&[strong], 3)[3..6], [0.0, FLOOR, 0.0]);
        assert_eq!(kernel(&[weak, strong, strong, weak], 2)[..2], [1.3, 1.3]);
    }
}
