//! What a network makes of examples.

use tch::{Device, Tensor};

use crate::bases::{UNKNOWN, one_hot, reverse_complement};
use crate::data::windows::examples::Example;
use crate::net::network::{Mode, Network};
use crate::recipe::windows::card::StrandRule;

/// Windows scored at once.
const BATCH: usize = 256;

/// Logits or values, one list a label; the mean of both strands where they count alike.
pub fn scores(network: &Network, examples: &[Example], strand: StrandRule) -> Vec<Vec<f32>> {
    let labels = network.graph.output().channels;
    let length = network.graph.window();
    let mut scores = vec![Vec::with_capacity(examples.len()); labels];
    for chunk in examples.chunks(BATCH) {
        let forward: Vec<Vec<u8>> = chunk.iter().map(|e| e.window(length, 0)).collect();
        let mut values = run(network, &forward);
        if strand == StrandRule::Symmetric {
            let turn = |lane: &Vec<u8>| reverse_complement(lane);
            let reverse: Vec<Vec<u8>> = forward.iter().map(turn).collect();
            values = (values + run(network, &reverse)) / 2.0;
        }
        for (label, scores) in scores.iter_mut().enumerate() {
            let column = values.select(1, label as i64).to_device(Device::Cpu);
            scores.extend(Vec::<f32>::try_from(column.contiguous()).unwrap_or_default());
        }
    }
    scores
}

/// The same with batch norm's statistics taken from the examples; the network's own come back.
pub fn adapted(network: &Network, examples: &[Example], strand: StrandRule) -> Vec<Vec<f32>> {
    let statistics = network.statistics();
    let kept: Vec<Tensor> = statistics.iter().map(|tensor| tensor.copy()).collect();
    let length = network.graph.window();
    for (number, chunk) in examples.chunks(BATCH).enumerate() {
        let lanes: Vec<Vec<u8>> = chunk.iter().map(|e| e.window(length, 0)).collect();
        let lanes: Vec<&[u8]> = lanes.iter().map(Vec::as_slice).collect();
        let momentum = 1.0 / (number + 1) as f64;
        let bases = one_hot(&lanes, network.device);
        let _scores = tch::no_grad(|| network.forward(&bases, Mode::Train { momentum }));
    }
    let scores = scores(network, examples, strand);
    tch::no_grad(|| {
        let pairs = statistics.into_iter().zip(&kept);
        pairs.for_each(|(tensor, kept)| tensor.shallow_clone().copy_(kept));
    });
    scores
}

/// `[N, labels]`.
fn run(network: &Network, lanes: &[Vec<u8>]) -> Tensor {
    let lanes: Vec<&[u8]> = lanes.iter().map(Vec::as_slice).collect();
    tch::no_grad(|| {
        let all = network.forward(&one_hot(&lanes, network.device), Mode::Infer);
        all.select(2, 0)
    })
}

/// Logits of each whole window of a stretch, NaN where it holds an unknown base: by lane, label and
/// window start in forward coordinates. One lane for both strands where they count alike, else
/// one a strand.
pub fn lanes(network: &Network, codes: &[u8], strand: StrandRule) -> Vec<Vec<Vec<f32>>> {
    let window = network.graph.window();
    let turned = reverse_complement(codes);
    let mut forward = slide(network, codes);
    let mut reverse = slide(network, &turned);
    reverse.iter_mut().for_each(|label| label.reverse());
    let mut unknown = 0;
    for (at, &code) in codes.iter().enumerate() {
        unknown += usize::from(code == UNKNOWN);
        if let Some(start) = (at + 1).checked_sub(window) {
            if unknown > 0 {
                let labels = forward.iter_mut().chain(&mut reverse);
                labels.for_each(|label| label[start] = f32::NAN);
            }
            unknown -= usize::from(codes[start] == UNKNOWN);
        }
    }
    if strand == StrandRule::Stranded {
        return vec![forward, reverse];
    }
    let both = forward.iter().zip(&reverse);
    let mean =
        |(a, b): (&Vec<f32>, &Vec<f32>)| a.iter().zip(b).map(|(a, b)| (a + b) / 2.0).collect();
    vec![both.map(mean).collect()]
}

/// Windows that a dense network scores in one pass.
const SLIDE: usize = 4096;

/// Logits of each label at each window start, on the strand as given.
fn slide(network: &Network, codes: &[u8]) -> Vec<Vec<f32>> {
    let (window, labels) = (network.graph.window(), network.graph.output().channels);
    let count = (codes.len() + 1).saturating_sub(window);
    let mut scores = vec![Vec::with_capacity(count); labels];
    for first in (0..count).step_by(SLIDE) {
        let end = (first + SLIDE).min(count);
        let lane = &codes[first..end + window - 1];
        let values = tch::no_grad(|| {
            network
                .forward(&one_hot(&[lane], network.device), Mode::Infer)
                .select(0, 0)
        });
        for (label, scores) in scores.iter_mut().enumerate() {
            let row = values.select(0, label as i64).to_device(Device::Cpu);
            scores.extend(Vec::<f32>::try_from(row.contiguous()).unwrap_or_default());
        }
    }
    scores
}

/// A label's scores and targets where the target is known.
pub fn known(scores: &[f32], examples: &[Example], label: usize) -> (Vec<f32>, Vec<f32>) {
    let pairs = scores
        .iter()
        .zip(examples)
        .map(|(&s, e)| (s, e.targets[label]));
    pairs.filter(|(_, target)| !target.is_nan()).unzip()
}
