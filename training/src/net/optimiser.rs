//! AdamW (Loshchilov and Hutter, arXiv:1711.05101), or momentum, over one flat vector, with the running mean of
//! the weights; flat, so that a checkpoint is a handful of tensors and a resumed run is the same
//! run bit for bit.

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use tch::{Kind, Tensor, nn};

/// How a gradient moves the weights.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    #[default]
    Adam,
    /// The running mean of the gradients alone.
    Momentum,
}

pub struct Optimiser {
    parameters: Vec<Tensor>,
    /// Batch norm's running statistics: not trained, but part of the state.
    buffers: Vec<Tensor>,
    weights: Tensor,
    first: Tensor,
    second: Tensor,
    mean: Tensor,
    step: i64,
    rule: Rule,
    decay: f64,
    averaging: f64,
}

const BETAS: (f64, f64) = (0.9, 0.98);
const EPSILON: f64 = 1e-8;
/// Gradients longer than this are cut to it.
const CLIP: f64 = 5.0;

impl Optimiser {
    pub fn new(vs: &nn::VarStore, rule: Rule, decay: f64, averaging: f64) -> Optimiser {
        // A frozen variable is still listed.
        let mut parameters = vs.trainable_variables();
        parameters.retain(Tensor::requires_grad);
        let mut named: Vec<(String, Tensor)> = vs.variables().into_iter().collect();
        named.sort_by(|a, b| a.0.cmp(&b.0));
        let buffers = named
            .into_iter()
            .map(|(_, t)| t)
            .filter(|t| !t.requires_grad())
            .collect();
        let weights = flat(&parameters);
        let zeros = weights.zeros_like();
        Optimiser {
            first: zeros.copy(),
            second: zeros,
            mean: weights.copy(),
            step: 0,
            parameters,
            buffers,
            weights,
            rule,
            decay,
            averaging,
        }
    }

    pub fn step(&mut self, loss: &Tensor, rate: f64) {
        for parameter in &mut self.parameters {
            parameter.zero_grad();
        }
        loss.backward();
        self.step += 1;
        let gradients: Vec<Tensor> = self.parameters.iter().map(Tensor::grad).collect();
        tch::no_grad(|| {
            let mut gradient = flat(&gradients);
            let norm = gradient.norm().double_value(&[]);
            if norm > CLIP {
                gradient *= CLIP / norm;
            }
            self.first = &self.first * BETAS.0 + &gradient * (1.0 - BETAS.0);
            self.second = &self.second * BETAS.1 + gradient.square() * (1.0 - BETAS.1);
            let unbias = |beta: f64| 1.0 - beta.powi(self.step as i32);
            let scale = (&self.second / unbias(BETAS.1)).sqrt() + EPSILON;
            let gradient = match self.rule {
                Rule::Adam => &self.first / unbias(BETAS.0) / scale,
                Rule::Momentum => self.first.shallow_clone(),
            };
            let update = gradient + &self.weights * self.decay;
            self.weights -= update * rate;
            // The mean forgets faster at first, so that the initial weights do not stay in it.
            let averaging = self
                .averaging
                .min(self.step as f64 / (self.step as f64 + 10.0));
            self.mean = &self.mean * averaging + &self.weights * (1.0 - averaging);
        });
        self.load(&self.weights.shallow_clone());
    }

    fn load(&mut self, from: &Tensor) {
        tch::no_grad(|| {
            let mut at = 0;
            for parameter in &mut self.parameters {
                let length = parameter.numel() as i64;
                let part = from.narrow(0, at, length).reshape(parameter.size());
                parameter.copy_(&part);
                at += length;
            }
        });
    }

    /// Runs `f` with the running mean of the weights in place; what it does to batch norm's
    /// statistics is undone.
    pub fn averaged<T>(&mut self, f: impl FnOnce() -> T) -> T {
        let kept: Vec<Tensor> = self.buffers.iter().map(Tensor::copy).collect();
        self.load(&self.mean.shallow_clone());
        let value = f();
        self.load(&self.weights.shallow_clone());
        tch::no_grad(|| {
            let pairs = self.buffers.iter_mut().zip(&kept);
            pairs.for_each(|(buffer, kept)| buffer.copy_(kept));
        });
        value
    }

    /// All of its state, by name.
    pub fn tensors(&self) -> Vec<(String, Tensor)> {
        let mut named: Vec<(String, Tensor)> = vec![
            ("weights".into(), self.weights.shallow_clone()),
            ("first".into(), self.first.shallow_clone()),
            ("second".into(), self.second.shallow_clone()),
            ("mean".into(), self.mean.shallow_clone()),
            ("step".into(), Tensor::from_slice(&[self.step])),
        ];
        for (i, buffer) in self.buffers.iter().enumerate() {
            named.push((format!("buffer{i:03}"), buffer.shallow_clone()));
        }
        named
    }

    /// Begins anew from the mean of the averaged weights in the states of other runs.
    pub fn start(&mut self, states: Vec<Vec<(String, Tensor)>>) -> Result<()> {
        let zeros = self.first.zeros_like();
        let mut sum = zeros.copy();
        let count = states.len();
        for state in states {
            self.restore(state)?;
            sum += &self.mean;
        }
        self.mean = sum / count as f64;
        (self.first, self.second, self.step) = (zeros.copy(), zeros, 0);
        self.weights = self.mean.copy();
        self.load(&self.weights.shallow_clone());
        Ok(())
    }

    /// Takes up a state that [`Optimiser::tensors`] gave.
    pub fn restore(&mut self, named: Vec<(String, Tensor)>) -> Result<()> {
        for (name, tensor) in named {
            let tensor = tensor.to_device(self.weights.device());
            if name == "weights" && tensor.size() != self.weights.size() {
                bail!("checkpoint of another network");
            }
            match name.as_str() {
                "weights" => self.weights = tensor,
                "first" => self.first = tensor,
                "second" => self.second = tensor,
                "mean" => self.mean = tensor,
                "step" => self.step = tensor.int64_value(&[0]),
                buffer => {
                    let at: usize = buffer.trim_start_matches("buffer").parse()?;
                    let to = self
                        .buffers
                        .get_mut(at)
                        .context("checkpoint of another network")?;
                    tch::no_grad(|| to.f_copy_(&tensor))?;
                }
            }
        }
        self.load(&self.weights.shallow_clone());
        Ok(())
    }
}

fn flat(tensors: &[Tensor]) -> Tensor {
    let parts: Vec<Tensor> = tensors.iter().map(|t| t.detach().reshape([-1])).collect();
    Tensor::cat(&parts, 0).to_kind(Kind::Float)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::Device;

    #[test]
    fn a_start_is_the_mean_of_the_averaged_weights() {
        let state = |mean: [f32; 2]| {
            let vs = nn::VarStore::new(Device::Cpu);
            let _weights = vs.root().zeros("weights", &[2]);
            let mut optimiser = Optimiser::new(&vs, Rule::Adam, 0.0, 0.9);
            optimiser.mean = Tensor::from_slice(&mean);
            optimiser.tensors()
        };
        let states = || vec![state([1.0, 4.0]), state([3.0, -2.0])];
        let vs = nn::VarStore::new(Device::Cpu);
        let weights = vs.root().zeros("weights", &[2]);
        let mut optimiser = Optimiser::new(&vs, Rule::Adam, 0.0, 0.9);
        optimiser.start(states()).unwrap();
        assert_eq!(Vec::<f32>::try_from(&weights).unwrap(), [2.0, 1.0]);
        optimiser.averaged(|| {
            assert_eq!(Vec::<f32>::try_from(&weights).unwrap(), [2.0, 1.0]);
        });
        let vs = nn::VarStore::new(Device::Cpu);
        let _weights = vs.root().zeros("weights", &[3]);
        let refused = Optimiser::new(&vs, Rule::Adam, 0.0, 0.9)
            .start(states())
            .unwrap_err();
        assert!(
            format!("{refused:#}").contains("another network"),
            "{refused:#}"
        );
    }
}
