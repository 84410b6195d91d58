//! Residual blocks of dilated convolutions at base resolution.

use serde::{Deserialize, Serialize};

use crate::net::graph::{Act, Conv, Graph};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dilated {
    pub channels: usize,
    /// Bases that the first convolution sees.
    pub stem: usize,
    pub kernel: usize,
    /// One residual block an entry: the dilations of its convolutions.
    pub blocks: Vec<Vec<usize>>,
    /// Depthwise (`kernel`, dilated) and pointwise convolutions instead of full ones.
    #[serde(default)]
    pub separable: bool,
    /// Channels of the last hidden layer; 0 for none.
    #[serde(default)]
    pub top: usize,
    /// Bases of the top that each score sees.
    #[serde(default = "one")]
    pub head: usize,
}

fn one() -> usize {
    1
}

impl Dilated {
    pub fn build(&self, graph: &mut Graph) -> usize {
        let full = |kernel, dilation, act| Conv::of(kernel, act).dilated(dilation).normed();
        let mut x = graph.conv(0, self.channels, full(self.stem, 1, Act::Relu));
        for dilations in &self.blocks {
            let shortcut = x;
            for (i, &dilation) in dilations.iter().enumerate() {
                let act = if i + 1 < dilations.len() {
                    Act::Relu
                } else {
                    Act::None
                };
                if self.separable {
                    let depthwise = full(self.kernel, dilation, Act::None).grouped(self.channels);
                    x = graph.conv(x, self.channels, depthwise);
                    x = graph.conv(x, self.channels, full(1, 1, act));
                } else {
                    x = graph.conv(x, self.channels, full(self.kernel, dilation, act));
                }
            }
            x = graph.add(shortcut, x, Act::Relu);
        }
        match self.top {
            0 => x,
            top => graph.conv(x, top, full(1, 1, Act::Relu)),
        }
    }
}
