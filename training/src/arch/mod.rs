//! Architectures, one file each: a few numbers to a graph.

mod dilated;
mod inception;

use serde::{Deserialize, Serialize};

use crate::graph::Graph;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Architecture {
    Dilated(dilated::Dilated),
    Inception(inception::Inception),
}

impl Architecture {
    /// The graph with `heads` output channels, the first gated by `motif` where one is given.
    pub fn graph(&self, heads: usize, motif: Option<&[u8]>) -> Graph {
        let mut graph = Graph::default();
        let trunk = match self {
            Architecture::Dilated(dilated) => dilated.build(&mut graph),
            Architecture::Inception(inception) => inception.build(&mut graph),
        };
        let scores = graph.conv(trunk, heads, POINTWISE_LINEAR);
        if let Some(motif) = motif {
            let gate = graph.motif(motif, MOTIF_PENALTY, heads);
            graph.add(scores, gate, crate::graph::Act::None);
        }
        graph
    }
}

const POINTWISE_LINEAR: crate::graph::Conv = crate::graph::Conv {
    kernel: 1,
    dilation: 1,
    groups: 1,
    norm: false,
    act: crate::graph::Act::None,
};

/// Logit taken off where the motif is missing: beyond what the trained part can outweigh.
const MOTIF_PENALTY: f32 = 40.0;
