//! The teachers of a run of windows.

use std::path::Path;

use anyhow::{Result, ensure};
use tch::{Device, Kind, Tensor};

use crate::data::batch::Batch;
use crate::net::network::{Mode, Network};
use crate::recipe::windows::WindowsRecipe;
use crate::recipe::windows::card::{Output, StrandRule};
use crate::run::checkpoint;

/// Networks whose mean, over both strands where they count alike, has a share in each target
/// (Hinton et al., 2015, arXiv:1503.02531). They score the bases as they are changed for the
/// batch, so that a changed window has a target of its own.
pub struct Ensemble {
    networks: Vec<Network>,
    share: f64,
    symmetric: bool,
    output: Output,
}

impl Ensemble {
    /// The teachers of the run in `folder`, which have its labels and its window.
    pub fn read(recipe: &WindowsRecipe, folder: &Path, device: Device) -> Result<Option<Ensemble>> {
        let Some(distil) = &recipe.train.distil else {
            return Ok(None);
        };
        let mut networks = Vec::new();
        for name in &distil.teachers {
            let folder = folder.with_file_name(name);
            let teacher: WindowsRecipe = checkpoint::recipe(&folder)?;
            ensure!(
                teacher.model.labels == recipe.model.labels
                    && teacher.graph().window() == recipe.graph().window(),
                "train.distil: {name} has other labels or another window than the run that it \
                 teaches"
            );
            // What the teacher learnt from must be nothing that the run is measured on.
            let parts = |recipe: &WindowsRecipe| -> Result<_> {
                Ok((recipe.split_seed, serde_json::to_value(&recipe.split)?))
            };
            ensure!(
                parts(&teacher)? == parts(recipe)?,
                "train.distil: {name} was split otherwise than the run that it teaches"
            );
            networks.push(checkpoint::network(teacher.graph(), &folder, device)?.0);
        }
        Ok(Some(Ensemble {
            networks,
            share: distil.share,
            symmetric: recipe.model.strand == StrandRule::Symmetric,
            output: recipe.model.output,
        }))
    }

    /// The targets of a batch, `[N, labels, 1]`.
    pub fn target(&self, batch: &Batch) -> Tensor {
        let scores = |network: &Network| {
            let forward = network.forward(&batch.bases, Mode::Infer);
            if !self.symmetric {
                return forward;
            }
            // Complements of bases are those of the other end of the channels.
            let reverse = batch.bases.flip([1, 2]);
            (forward + network.forward(&reverse, Mode::Infer)) / 2.0
        };
        let mean = tch::no_grad(|| {
            let all: Vec<Tensor> = self.networks.iter().map(scores).collect();
            Tensor::stack(&all, 0).mean_dim(0, false, Kind::Float)
        });
        let taught = match self.output {
            Output::Logit => mean.sigmoid(),
            Output::Value => mean,
        };
        &batch.target * (1.0 - self.share) + taught * self.share
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::graph::{Act, Conv, Graph};

    #[test]
    fn a_symmetric_target_is_that_of_the_other_strand() {
        tch::manual_seed(5);
        let mut graph = Graph::default();
        graph.conv(0, 1, Conv::of(6, Act::None));
        let vs = tch::nn::VarStore::new(Device::Cpu);
        let ensemble = |symmetric| Ensemble {
            networks: vec![Network::new(graph.clone(), &vs.root())],
            share: 0.5,
            symmetric,
            output: Output::Value,
        };
        let bases = Tensor::randint(2, [3, 4, 6], (Kind::Float, Device::Cpu));
        let batch = |bases: Tensor| Batch {
            bases,
            target: Tensor::ones([3, 1, 1], (Kind::Float, Device::Cpu)),
            weight: Tensor::ones([3, 1, 1], (Kind::Float, Device::Cpu)),
        };
        let differ = |symmetric| {
            let ensemble = ensemble(symmetric);
            let forward = ensemble.target(&batch(bases.copy()));
            let reverse = ensemble.target(&batch(bases.flip([1, 2])));
            (forward - reverse).abs().max().double_value(&[])
        };
        assert!(differ(true) < 1e-6);
        assert!(differ(false) > 1e-3);
    }
}
