//! Words of bases, counted: a wide first layer, a few convolutions on top of it, and the means of
//! what they find over the window and its middle.

use serde::{Deserialize, Serialize};

use crate::net::graph::{Act, Conv, Graph};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pooled {
    /// Channels and kernel of each convolution, the first one over the bases.
    pub layers: Vec<[usize; 2]>,
    /// Dilation of each convolution.
    pub dilations: Vec<usize>,
    /// Bases of each sliding mean, all around the same base; the widest first.
    pub pools: Vec<usize>,
    /// Channels of the hidden layer over the means.
    pub dense: usize,
    /// Share of the hidden layer that training drops.
    #[serde(default)]
    pub dropout: f64,
}

impl Pooled {
    pub fn build(&self, graph: &mut Graph) -> usize {
        let mut x = 0;
        for (&[channels, kernel], &dilation) in self.layers.iter().zip(&self.dilations) {
            let conv = Conv::of(kernel, Act::Swish).dilated(dilation).normed();
            x = graph.conv(x, channels, conv);
        }
        let means: Vec<usize> = self.pools.iter().map(|&pool| graph.mean(x, pool)).collect();
        x = match means.as_slice() {
            &[only] => only,
            all => graph.concat(all),
        };
        x = graph.conv(x, self.dense, Conv::of(1, Act::Swish).normed());
        match self.dropout {
            0.0 => x,
            share => graph.dropout(x, share),
        }
    }
}
