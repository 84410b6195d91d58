//! Networks that a run learns from in addition to its labels (Hinton et al., 2015,
//! arXiv:1503.02531), and where it has none (Xie et al., 2020, arXiv:1911.04252).

use anyhow::{Result, ensure};
use tch::{Kind, Tensor};

use crate::data::batch::Batch;
use crate::net::graph::Graph;
use crate::net::network::{Mode, Network};
use crate::recipe::distil::Distil;

pub struct Teachers {
    networks: Vec<Network>,
    /// Bases by which the anchor of the network that learns lies behind that of each.
    ahead: Vec<usize>,
    share: f64,
    unlabelled: f64,
}

impl Teachers {
    /// `networks` have the heads of the one that learns, or the first of them, and its step; none
    /// may look further than it does.
    pub fn new(networks: Vec<Network>, learner: &Graph, distil: &Distil) -> Result<Teachers> {
        let behind = |graph: &Graph| graph.window() - graph.anchor();
        for Network { graph, .. } in &networks {
            ensure!(
                graph.anchor() <= learner.anchor() && behind(graph) <= behind(learner),
                "train.distil: a teacher looks further than the network that it teaches"
            );
            ensure!(
                graph.step() == learner.step(),
                "train.distil: a teacher has another step than the network that it teaches"
            );
        }
        let ahead = networks
            .iter()
            .map(|network| learner.anchor() - network.graph.anchor());
        Ok(Teachers {
            ahead: ahead.collect(),
            networks,
            share: distil.share,
            unlabelled: distil.unlabelled,
        })
    }

    /// What a batch says, and what the teachers make of it, for the heads that they all have.
    pub fn taught(&self, batch: &Batch) -> Batch {
        let heads = |network: &Network| network.graph.output().channels as i64;
        let heads = self.networks.iter().map(heads).min().unwrap_or(0);
        let places = batch.target.size()[2] as usize;
        let probabilities = self.probabilities(&batch.bases, heads, places);
        mixed(batch, &probabilities, self.share, self.unlabelled)
    }

    /// Probabilities `[N, heads, places]`, by the mean of the logits, at the places that the
    /// network that learns has in `bases` `[N, 4, L]`.
    fn probabilities(&self, bases: &Tensor, heads: i64, places: usize) -> Tensor {
        let logits = |(network, ahead): (&Network, &usize)| {
            let graph = &network.graph;
            let length = graph.window() + (places - 1) * graph.step();
            let seen = bases.narrow(2, *ahead as i64, length as i64);
            network.forward(&seen, Mode::Infer).narrow(1, 0, heads)
        };
        tch::no_grad(|| {
            let logits: Vec<Tensor> = self.networks.iter().zip(&self.ahead).map(logits).collect();
            Tensor::stack(&logits, 0)
                .mean_dim(0, false, Kind::Float)
                .sigmoid()
        })
    }
}

/// A batch in whose first heads `probabilities` have their share in labels, and stand in for
/// missing ones.
fn mixed(batch: &Batch, probabilities: &Tensor, share: f64, unlabelled: f64) -> Batch {
    let heads = probabilities.size()[1];
    let (target, weight) = (batch.target.copy(), batch.weight.copy());
    let mut targets = target.narrow(1, 0, heads);
    let mut weights = weight.narrow(1, 0, heads);
    let none = targets.lt(0.0);
    let labelled = &targets * (1.0 - share) + probabilities * share;
    weights += none.to_kind(Kind::Float) * unlabelled;
    targets.copy_(&probabilities.where_self(&none, &labelled));
    Batch {
        bases: batch.bases.shallow_clone(),
        target,
        weight,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::batch::UNLABELLED;
    use crate::net::graph::{Act, Conv};
    use tch::Device;

    fn network(kernel: usize, pool: usize) -> Network {
        let mut graph = Graph::default();
        let mut x = 0;
        if pool > 1 {
            x = graph.max_pool(x, pool);
        }
        graph.conv(x, 1, Conv::of(kernel, Act::None));
        let vs = tch::nn::VarStore::new(Device::Cpu);
        Network::new(graph, &vs.root())
    }

    #[test]
    fn teachers_see_no_more_than_the_network_and_have_its_step() {
        let distil = Distil {
            teachers: Vec::new(),
            model: None,
            share: 0.5,
            unlabelled: 0.0,
        };
        let learner = network(5, 1).graph;
        let refusal = |teacher| {
            let teachers = Teachers::new(vec![teacher], &learner, &distil);
            teachers.err().map(|error| error.to_string())
        };
        assert_eq!(refusal(network(3, 1)), None);
        assert!(refusal(network(7, 1)).unwrap().contains("looks further"));
        assert!(refusal(network(1, 4)).unwrap().contains("another step"));
    }

    #[test]
    fn teachers_share_labels_and_stand_in_for_missing_ones() {
        let rows = |values: &[f32]| Tensor::from_slice(values).reshape([1, -1, 4]);
        let none = UNLABELLED;
        let batch = Batch {
            bases: Tensor::zeros([1, 4, 4], (Kind::Float, Device::Cpu)),
            // A site, none, no label, a mask; and a head that the teachers do not have.
            target: rows(&[1.0, 0.0, none, 0.0, 1.0, 0.0, none, 0.0]),
            weight: rows(&[1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0]),
        };
        let found = mixed(&batch, &rows(&[0.5, 0.5, 0.25, 0.5]), 0.5, 0.125);
        let values = |tensor: &Tensor| Vec::<f32>::try_from(tensor.flatten(0, -1)).unwrap();
        assert_eq!(values(&found.target)[..3], [0.75, 0.25, 0.25]);
        assert_eq!(values(&found.target)[4..], [1.0, 0.0, none, 0.0]);
        assert_eq!(
            values(&found.weight),
            [1.0, 1.0, 0.125, 0.0, 1.0, 1.0, 0.0, 0.0]
        );
    }
}
