//! Convolutions with pooling between them, then residual blocks of dilated convolutions at the
//! step that the pooling leaves: a wide view of the sequence at little cost.

use serde::{Deserialize, Serialize};

use crate::net::graph::{Act, Conv, Graph};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stepped {
    pub layers: Vec<Layer>,
    /// Taps of the dilated convolutions.
    pub kernel: usize,
    /// One residual block an entry.
    pub dilations: Vec<usize>,
    /// Share of the last hidden layer that training drops.
    #[serde(default)]
    pub dropout: f64,
    /// Share of what each residual block adds that training drops.
    #[serde(default)]
    pub dropout_between: f64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    pub channels: usize,
    pub kernel: usize,
    /// Places of which the largest number stays; 1 keeps all.
    pub pool: usize,
}

impl Stepped {
    pub fn build(&self, graph: &mut Graph) -> usize {
        let mut x = 0;
        for layer in &self.layers {
            let conv = Conv::of(layer.kernel, Act::Relu).normed();
            x = graph.conv(x, layer.channels, conv);
            if layer.pool > 1 {
                x = graph.max_pool(x, layer.pool);
            }
        }
        let channels = graph.output().channels;
        for &dilation in &self.dilations {
            let conv = Conv::of(self.kernel, Act::None).dilated(dilation).normed();
            let mut found = graph.conv(x, channels, conv);
            if self.dropout_between > 0.0 {
                found = graph.dropout(found, self.dropout_between);
            }
            x = graph.add(x, found, Act::Relu);
        }
        match self.dropout {
            0.0 => x,
            share => graph.dropout(x, share),
        }
    }
}
