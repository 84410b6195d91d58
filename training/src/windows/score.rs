//! What a network makes of examples.

use tch::{Device, Tensor};

use super::examples::Example;
use super::recipe::Strand;
use crate::genome::complement;
use crate::network::{Mode, Network, one_hot};

/// Windows scored at once.
const BATCH: usize = 256;

/// Logits or values, one list a label; the mean of both strands where they count alike.
pub fn scores(
    network: &Network,
    examples: &[Example],
    strand: Strand,
    device: Device,
) -> Vec<Vec<f32>> {
    let labels = network.graph.output().channels;
    let length = network.graph.window();
    let mut scores = vec![Vec::with_capacity(examples.len()); labels];
    for chunk in examples.chunks(BATCH) {
        let forward: Vec<Vec<u8>> = chunk.iter().map(|e| e.window(length, 0)).collect();
        let mut values = run(network, &forward, device);
        if strand == Strand::Symmetric {
            let turn = |lane: &Vec<u8>| lane.iter().rev().map(|&c| complement(c)).collect();
            let reverse: Vec<Vec<u8>> = forward.iter().map(turn).collect();
            values = (values + run(network, &reverse, device)) / 2.0;
        }
        for (label, scores) in scores.iter_mut().enumerate() {
            let column = values.select(1, label as i64).to_device(Device::Cpu);
            scores.extend(Vec::<f32>::try_from(column.contiguous()).unwrap_or_default());
        }
    }
    scores
}

/// `[N, labels]`.
fn run(network: &Network, lanes: &[Vec<u8>], device: Device) -> Tensor {
    let lanes: Vec<&[u8]> = lanes.iter().map(Vec::as_slice).collect();
    tch::no_grad(|| {
        let all = network.forward(&one_hot(&lanes, device), Mode::Infer);
        all.select(2, 0)
    })
}

/// A label's scores and targets where the target is known.
pub fn known(scores: &[f32], examples: &[Example], label: usize) -> (Vec<f32>, Vec<f32>) {
    let pairs = scores
        .iter()
        .zip(examples)
        .map(|(&s, e)| (s, e.targets[label]));
    pairs.filter(|(_, target)| !target.is_nan()).unzip()
}
