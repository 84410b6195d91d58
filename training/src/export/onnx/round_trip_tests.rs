//! Weights written to a model file and read back.

use tch::{Device, Tensor, nn};

use super::export;
use crate::bases::{UNKNOWN, one_hot};
use crate::net::graph::{Act, Conv, Graph, Motif};
use crate::net::import::{import, labels, measure};
use crate::net::network::{Mode, Network, Weights};

fn graph(heads: usize) -> Graph {
    let normed = |kernel| Conv::of(kernel, Act::Relu).normed();
    let mut graph = Graph::default();
    let stem = graph.conv(0, 6, normed(5));
    let inner = graph.conv(stem, 6, normed(3).dilated(2));
    let sum = graph.add(stem, inner, Act::Relu);
    // The second network's heads see three bases.
    let scores = graph.conv(sum, heads, Conv::of(2 * heads - 1, Act::None));
    let motifs = [Some(Motif::ACCEPTOR), None];
    let gate = graph.motifs(&motifs[..heads], 40.0);
    graph.add(scores, gate, Act::None);
    graph
}

/// A network whose batch norms are not those it began with.
fn trained(vs: &nn::VarStore, heads: usize) -> Network {
    let network = Network::new(graph(heads), &vs.root());
    tch::no_grad(|| {
        for mut variable in vs.trainable_variables() {
            let noise = variable.randn_like() * 0.3;
            variable += noise;
        }
        for weights in &network.weights {
            if let Weights::Conv {
                norm: Some(norm), ..
            } = weights
            {
                let _ = norm.mean.shallow_clone().normal_(0.0, 1.0);
                let _ = norm.variance.shallow_clone().uniform_(0.5, 2.0);
            }
        }
    });
    network
}

fn bases() -> Tensor {
    let lane =
        |seed: usize| -> Vec<u8> { (0..80).map(|i| (i * (7 + seed) % 11 % 5) as u8).collect() };
    let lanes = [lane(0), lane(1), lane(2)];
    assert!(lanes[0].contains(&UNKNOWN));
    one_hot(&[&lanes[0], &lanes[1], &lanes[2]], Device::Cpu)
}

#[test]
fn weights_come_back_from_a_model_file() {
    tch::manual_seed(3);
    let vs = nn::VarStore::new(Device::Cpu);
    let network = trained(&vs, 1);
    let keys = [("windrow.labels".to_owned(), "exon_start".to_owned())];
    let bytes = export(&network, &graph(1), &keys).unwrap();
    assert_eq!(labels(&bytes).unwrap(), 1);
    let vs = nn::VarStore::new(Device::Cpu);
    let other = trained(&vs, 2);
    import(&other, &bytes).unwrap();
    let scores = |network: &Network| tch::no_grad(|| network.forward(&bases(), Mode::Infer));
    let same = |imported: &Tensor| {
        // Wider heads have no score at the ends.
        let length = imported.size()[2];
        let difference = scores(&network).narrow(2, 1, length) - imported.narrow(1, 0, 1);
        assert!(difference.abs().max().double_value(&[]) < 1e-4);
    };
    same(&scores(&other));
    let ends = scores(&other).narrow(1, 1, 1);
    assert_eq!(ends.abs().max().double_value(&[]), 0.0);
    measure(&other, &bases());
    same(&scores(&other));
    // Batch norm now uses the same statistics in training as in inference.
    let mode = Mode::Train { momentum: 0.0 };
    same(&tch::no_grad(|| other.forward(&bases(), mode)));
    let vs = nn::VarStore::new(Device::Cpu);
    let mut wide = Graph::default();
    wide.conv(0, 7, Conv::of(5, Act::Relu).normed());
    let refused = import(&Network::new(wide, &vs.root()), &bytes).unwrap_err();
    assert!(refused.to_string().contains("another network"), "{refused}");
}
