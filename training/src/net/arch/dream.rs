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
}

impl Dream {
    pub fn build(&self, graph: &mut Graph, heads: usize) {
        let mut x = 0;
        for (channels, kernel) in self.channels.into_iter().zip(self.kernels) {
            x = graph.conv(x, channels, Conv::of(kernel, Act::Relu).same());
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
        assert_eq!(shipped_graph("dream.toml").parameters(), 1_007_169);
    }
}
