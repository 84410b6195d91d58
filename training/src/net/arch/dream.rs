//! The promoter network of team Noisy Chardonnay in DREAM 2022: three convolutions, an LSTM in
//! both directions, two dense layers; 1,007,169 trained parameters.

use serde::{Deserialize, Serialize};

use crate::net::graph::{Act, Conv, Graph};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dream {
    pub channels: [usize; 3],
    pub kernels: [usize; 3],
    pub lstm: usize,
    pub lstm_dropout: f64,
    pub dense: usize,
    pub dense_dropout: f64,
    /// The first activation, where it is not ReLU's: exponential.
    #[serde(default)]
    pub exponential: bool,
    /// Pooling of two places behind each convolution.
    #[serde(default)]
    pub pool: Option<Pool>,
    /// Both strands, stacked: eight channels of bases.
    #[serde(default)]
    pub stacked: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pool {
    Max,
    Mean,
}

impl Dream {
    pub fn build(&self, graph: &mut Graph, heads: usize) {
        let mut x = 0;
        if self.stacked {
            let turned = graph.turned();
            x = graph.concat(&[0, turned]);
        }
        let layers = self.channels.into_iter().zip(self.kernels);
        for (at, (channels, kernel)) in layers.enumerate() {
            let act = match at {
                0 if self.exponential => Act::Exponential,
                _ => Act::Relu,
            };
            x = graph.conv(x, channels, Conv::of(kernel, act).same());
            x = match self.pool {
                None => x,
                Some(Pool::Max) => graph.max_pool(x, 2),
                Some(Pool::Mean) => graph.mean_pool(x, 2),
            };
        }
        let x = graph.lstm(x, self.lstm);
        let x = graph.dropout(x, self.lstm_dropout);
        let mut x = graph.flatten(x);
        for _ in 0..2 {
            x = graph.conv(x, self.dense, Conv::of(1, Act::Relu));
            x = graph.dropout(x, self.dense_dropout);
        }
        let x = graph.conv(x, heads, Conv::of(1, Act::None));
        graph.rescale(x);
    }
}

#[cfg(test)]
mod tests {
    use crate::recipe::tests::shipped_graph;

    #[test]
    fn has_the_published_number_of_parameters() {
        assert_eq!(
            shipped_graph("dream.toml:published").parameters(),
            1_007_169
        );
    }
}
