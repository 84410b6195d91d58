//! The weights of a model file, back in a network.

use std::collections::HashMap;

use anyhow::{Context, Result, bail, ensure};
use prost::Message;
use tch::{Kind, Tensor};
use tract_onnx::pb::{ModelProto, TensorProto};

use crate::net::graph::{Act, Op, node_name as name};
use crate::net::network::{NORM_EPSILON, Network, Norm, Weights};

/// How many labels the model file has.
pub fn labels(bytes: &[u8]) -> Result<usize> {
    let model = ModelProto::decode(bytes).context("no ONNX model")?;
    let mut keys = model.metadata_props.iter();
    let labels = keys.find(|p| p.key == "windrow.labels");
    Ok(labels
        .context("no key windrow.labels")?
        .value
        .split(',')
        .count())
}

/// Gives `network` the weights of a model file that this trainer wrote of the same graph, or of the
/// same with fewer heads: the others get zeros. Batch norm, which the file has folded into the
/// convolutions, does nothing in inference until `measure` has run.
pub fn import(network: &Network, bytes: &[u8]) -> Result<()> {
    let model = ModelProto::decode(bytes).context("no ONNX model")?;
    let tensors = model.graph.context("no graph")?.initializer;
    let tensors: HashMap<&str, &TensorProto> =
        tensors.iter().map(|t| (t.name.as_str(), t)).collect();
    for (at, (node, weights)) in network.graph.nodes.iter().zip(&network.weights).enumerate() {
        let (Op::Conv { act, .. }, Weights::Conv { kernel, bias, norm }) = (&node.op, weights)
        else {
            match weights {
                Weights::None => continue,
                _ => bail!("node {at}: {:?} cannot be read back", node.op),
            }
        };
        // Only the heads may be fewer.
        let is_output = node.channels == network.graph.output().channels && norm.is_none();
        let part = if *act == Act::None { "" } else { ".linear" };
        let size = kernel.size();
        let read = |suffix: &str, row: usize| -> Result<Tensor> {
            let name = format!("{}{part}.{suffix}", name(at));
            let tensor = tensors.get(name.as_str());
            let tensor = tensor.with_context(|| format!("no tensor {name}: another network"))?;
            let values = floats(tensor)?;
            let rows = values.len() / row;
            let all_there = rows == node.channels || is_output && rows > 0 && rows < node.channels;
            ensure!(
                rows * row == values.len() && all_there,
                "{name}: another network"
            );
            let all = Tensor::zeros(
                [node.channels as i64, row as i64],
                (Kind::Float, tch::Device::Cpu),
            );
            all.narrow(0, 0, rows as i64)
                .copy_(&Tensor::from_slice(&values).reshape([rows as i64, row as i64]));
            Ok(all)
        };
        // A head of the file may see one base where the network's sees its neighbours, too.
        let width = match tensors.get(format!("{}{part}.w", name(at)).as_str()) {
            Some(tensor) if is_output => tensor.dims.last().copied().unwrap_or(size[2]),
            _ => size[2],
        };
        let values = read("w", (size[1] * width) as usize)?.reshape([size[0], size[1], width]);
        let beside = size[2] - width;
        ensure!(beside >= 0 && beside % 2 == 0, "node {at}: another network");
        let values = values.constant_pad_nd([beside / 2, beside / 2]);
        let shift = read("b", 1)?.reshape([size[0]]);
        let row = (size[1] * size[2]) as usize;
        tch::no_grad(|| match (bias, norm) {
            (Some(bias), None) => {
                kernel.shallow_clone().copy_(&values);
                bias.shallow_clone().copy_(&shift);
            }
            (None, Some(norm)) => unfold(kernel, norm, &values, &shift, row),
            _ => unreachable!("a convolution has a bias or a norm"),
        });
    }
    Ok(())
}

/// Kernels of the size that training begins with, and a batch norm that makes up for it: how fast
/// a kernel changes direction in training depends on its size (van Laarhoven, arXiv:1706.05350).
fn unfold(kernel: &Tensor, norm: &Norm, values: &Tensor, shift: &Tensor, row: usize) {
    let fresh = (2.0 / row as f64).sqrt();
    let over: &[i64] = &[1, 2];
    let root = values.square().mean_dim(over, false, Kind::Float).sqrt();
    let size = (root / fresh).clamp_min(1e-6);
    kernel
        .shallow_clone()
        .copy_(&(values / size.reshape([-1, 1, 1])));
    norm.scale.shallow_clone().copy_(&size);
    norm.shift.shallow_clone().copy_(shift);
    let _ = norm.mean.shallow_clone().zero_();
    let _ = norm.variance.shallow_clone().fill_(1.0 - NORM_EPSILON);
}

/// Gives batch norm the statistics of `bases` `[N, 4, L]`, and scales and shifts that leave the
/// network's inference as it is.
pub fn measure(network: &Network, bases: &Tensor) {
    tch::no_grad(|| {
        let statistics = network.before_norm(bases);
        for (weights, statistics) in network.weights.iter().zip(statistics) {
            let (
                Weights::Conv {
                    norm: Some(norm), ..
                },
                Some([mean, variance]),
            ) = (weights, statistics)
            else {
                continue;
            };
            let factor = &norm.scale / (&norm.variance + NORM_EPSILON).sqrt();
            let shift = &norm.shift + (&mean - &norm.mean) * &factor;
            norm.scale
                .shallow_clone()
                .copy_(&((&variance + NORM_EPSILON).sqrt() * factor));
            norm.shift.shallow_clone().copy_(&shift);
            norm.mean.shallow_clone().copy_(&mean);
            norm.variance.shallow_clone().copy_(&variance);
        }
    });
}

fn floats(tensor: &TensorProto) -> Result<Vec<f32>> {
    if !tensor.float_data.is_empty() {
        return Ok(tensor.float_data.clone());
    }
    let bytes = tensor.raw_data.chunks_exact(4);
    ensure!(bytes.remainder().is_empty(), "{}: no floats", tensor.name);
    Ok(bytes
        .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
        .collect())
}
