//! Attention, LSTM, and the sliding sums of words.

use anyhow::{Result, bail};
use tch::{Kind, Tensor};

use super::{Writer, int, ints};
use crate::export::onnx::nodes::{Extent, host};
use crate::net::graph::Node;
use crate::net::network::{Linear, Weights, Words};

impl Writer {
    /// Multi-head self-attention of `[N, C, 1, T]`.
    pub(super) fn attention(
        &mut self,
        from: &str,
        output: &str,
        node: &Node,
        [heads, width]: [usize; 2],
        weights: &Weights,
    ) -> Result<()> {
        let Weights::Attention {
            query,
            key,
            value,
            back,
        } = weights
        else {
            bail!("no attention weights");
        };
        let length = node.length.unwrap_or_default() as i64;
        let part = |part: &str| format!("{output}.{part}");
        let rows = part("rows");
        self.reshape(from, &part("flat"), &[-1, node.channels as i64, length]);
        self.node(
            "Transpose",
            &[&part("flat")],
            &rows,
            vec![ints("perm", &[0, 2, 1])],
        );
        // Keys are transposed: their numbers along the rows.
        for (word, linear, order) in [
            ("query", query, [0, 2, 1, 3]),
            ("key", key, [0, 2, 3, 1]),
            ("value", value, [0, 2, 1, 3]),
        ] {
            let [all, split] = ["all", "split"].map(|step| part(&format!("{word}.{step}")));
            self.linear(&rows, &all, linear)?;
            self.reshape(&all, &split, &[-1, length, heads as i64, width as i64]);
            self.node(
                "Transpose",
                &[&split],
                &part(word),
                vec![ints("perm", &order)],
            );
        }
        self.node(
            "MatMul",
            &[&part("query"), &part("key")],
            &part("products"),
            vec![],
        );
        self.floats(&part("root"), &[1], &[(width as f32).sqrt()]);
        self.node(
            "Div",
            &[&part("products"), &part("root")],
            &part("scores"),
            vec![],
        );
        self.node(
            "Softmax",
            &[&part("scores")],
            &part("shares"),
            vec![int("axis", 3)],
        );
        self.node(
            "MatMul",
            &[&part("shares"), &part("value")],
            &part("mixed"),
            vec![],
        );
        let order = ints("perm", &[0, 2, 1, 3]);
        self.node("Transpose", &[&part("mixed")], &part("joined"), vec![order]);
        let inner = (heads * width) as i64;
        self.reshape(&part("joined"), &part("wide"), &[-1, length, inner]);
        self.linear(&part("wide"), &part("back"), back)?;
        let order = ints("perm", &[0, 2, 1]);
        self.node("Transpose", &[&part("back")], &part("columns"), vec![order]);
        let shape = [-1, node.channels as i64, 1, length];
        self.reshape(&part("columns"), output, &shape);
        Ok(())
    }

    /// `[.., inputs]` to `[.., outputs]`.
    fn linear(&mut self, from: &str, output: &str, linear: &Linear) -> Result<()> {
        let [w, b, product] = ["w", "b", "product"].map(|part| format!("{output}.{part}"));
        let size = linear.weight.size();
        let dims = [size[1] as usize, size[0] as usize];
        self.floats(&w, &dims, &host(&linear.weight.tr())?);
        self.floats(&b, &[dims[1]], &host(&linear.bias)?);
        self.node("MatMul", &[from, &w], &product, vec![]);
        self.node("Add", &[&product, &b], output, vec![]);
        Ok(())
    }

    /// Both directions of an LSTM over `[N, C, 1, T]`.
    pub(super) fn lstm(
        &mut self,
        from: &str,
        output: &str,
        units: usize,
        parameters: &[Tensor],
    ) -> Result<()> {
        let part = |part: &str| format!("{output}.{part}");
        let inputs = parameters[0].size()[1] as usize;
        // The order of gates in ONNX is i o f g.
        let gates = |t: &Tensor| {
            let parts = t.chunk(4, 0);
            Tensor::cat(&[&parts[0], &parts[3], &parts[1], &parts[2]], 0)
        };
        let both = |of: [usize; 2]| Tensor::stack(&of.map(|at| gates(&parameters[at])), 0);
        let biases = Tensor::cat(&[both([2, 6]), both([3, 7])], 1);
        self.floats(&part("w"), &[2, 4 * units, inputs], &host(&both([0, 4]))?);
        self.floats(&part("r"), &[2, 4 * units, units], &host(&both([1, 5]))?);
        self.floats(&part("b"), &[2, 8 * units], &host(&biases)?);
        // [N, C, 1, T] to [T, N, C].
        self.ints(&part("height"), &[2]);
        self.node("Squeeze", &[from, &part("height")], &part("flat"), vec![]);
        let order = ints("perm", &[2, 0, 1]);
        self.node("Transpose", &[&part("flat")], &part("rows"), vec![order]);
        let mut direction = int("direction", 0);
        direction.i = 0;
        direction.r#type = super::attribute_proto::AttributeType::String as i32;
        direction.s = b"bidirectional".to_vec();
        let inputs = ["rows", "w", "r", "b"].map(part);
        let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
        let attributes = vec![direction, int("hidden_size", units)];
        self.node("LSTM", &inputs, &part("states"), attributes);
        // [T, 2, N, units] to [N, 2 · units, 1, T].
        let order = ints("perm", &[2, 1, 3, 0]);
        self.node(
            "Transpose",
            &[&part("states")],
            &part("turned"),
            vec![order],
        );
        self.ints(&part("joined"), &[0, 2 * units as i64, 1, -1]);
        let inputs = [part("turned"), part("joined")];
        self.node("Reshape", &[&inputs[0], &inputs[1]], output, vec![]);
        Ok(())
    }

    /// Looks up a row of `table` for the word of `k` bases that begins at each place; the name of
    /// the values, `[N, columns, 1, L - k + 1]`.
    pub(super) fn lookup(
        &mut self,
        k: usize,
        table: &[f32],
        columns: usize,
        output: &str,
    ) -> String {
        let part = |part: &str| format!("{output}.{part}");
        let kernel: Vec<f32> = (0..4)
            .flat_map(|code| (0..k).map(move |i| (code * 4usize.pow((k - 1 - i) as u32)) as f32))
            .collect();
        let extent = Extent::of(k);
        self.convolve("n00", &part("index"), [1, 4], extent, (&kernel, &[0.0]));
        self.ints(&part("planes"), &[1, 2]);
        self.node(
            "Squeeze",
            &[&part("index"), &part("planes")],
            &part("row"),
            vec![],
        );
        self.node("Cast", &[&part("row")], &part("word"), vec![int("to", 7)]);
        self.floats(&part("table"), &[table.len() / columns, columns], table);
        self.node(
            "Gather",
            &[&part("table"), &part("word")],
            &part("found"),
            vec![int("axis", 0)],
        );
        let order = ints("perm", &[0, 2, 1]);
        self.node(
            "Transpose",
            &[&part("found")],
            &part("columns"),
            vec![order],
        );
        self.ints(&part("height"), &[2]);
        self.node(
            "Unsqueeze",
            &[&part("columns"), &part("height")],
            &part("vectors"),
            vec![],
        );
        part("vectors")
    }

    /// A place behind the last one that holds the token: padded, then added.
    pub(super) fn append(&mut self, from: &str, output: &str, node: &Node, token: &[f32]) {
        let part = |part: &str| format!("{output}.{part}");
        let length = node.length.unwrap_or(1);
        self.ints(&part("pads"), &[0, 0, 0, 0, 0, 0, 0, 1]);
        self.node("Pad", &[from, &part("pads")], &part("padded"), vec![]);
        let mut values = vec![0.0; node.channels * length];
        for (row, &value) in values.chunks_exact_mut(length).zip(token) {
            row[length - 1] = value;
        }
        self.floats(&part("token"), &[1, node.channels, 1, length], &values);
        self.node("Add", &[&part("padded"), &part("token")], output, vec![]);
    }

    /// Looks up two numbers a word and head and sums them over each window. The sums are made by
    /// doubling, so that a window's score does not depend on where the sequence begins.
    pub(super) fn words(
        &mut self,
        words: &Words,
        k: usize,
        window: usize,
        output: &str,
    ) -> Result<()> {
        let part = |part: &str| format!("{output}.{part}");
        let numbers = tch::no_grad(|| words.numbers().to_kind(Kind::Float));
        let [count, columns] = numbers.size()[..] else {
            bail!("no table of words");
        };
        let (count, columns) = (count as usize - 1, columns as usize);
        let all = host(&numbers)?;
        let ones = self.lookup(k, &all[..count * columns], columns, output);
        let summed = self.sliding_sum(&ones, output, window + 1 - k);
        self.floats(&part("token"), &[1, columns, 1, 1], &all[count * columns..]);
        self.node("Add", &[&summed, &part("token")], &part("total"), vec![]);
        // The first column is what the words weigh in all.
        for (name, from, till) in [("weight", 0, 1), ("headed", 1, columns as i64)] {
            let [f, t, axis] = ["from", "till", "axis"].map(|end| part(&format!("{name}.{end}")));
            self.ints(&f, &[from]);
            self.ints(&t, &[till]);
            self.ints(&axis, &[1]);
            self.node(
                "Slice",
                &[&part("total"), &f, &t, &axis],
                &part(name),
                vec![],
            );
        }
        self.node(
            "Div",
            &[&part("headed"), &part("weight")],
            &part("mean"),
            vec![],
        );
        self.floats(
            &part("bias"),
            &[1, columns - 1, 1, 1],
            &host(&words.head.bias)?,
        );
        self.node("Add", &[&part("mean"), &part("bias")], output, vec![]);
        Ok(())
    }

    /// Sums of `width` neighbours, from sums of 1, 2, 4, ... of them; the name of the result.
    fn sliding_sum(&mut self, ones: &str, output: &str, width: usize) -> String {
        let part = |part: &str, n: usize| format!("{output}.{part}{n}");
        let (mut doubled, mut size) = (ones.to_owned(), 1);
        // The sum so far, and how many words are in it.
        let mut sum: Option<(String, usize)> = None;
        loop {
            if width & size != 0 {
                sum = Some(match sum {
                    None => (doubled.clone(), size),
                    Some((sum, bases)) => {
                        let joined = part("joined", size);
                        self.add_behind(&sum, bases, &doubled, size, &joined);
                        (joined, bases + size)
                    }
                });
            }
            if 2 * size > width {
                break;
            }
            let twice = part("doubled", 2 * size);
            self.add_behind(&doubled.clone(), size, &doubled, size, &twice);
            (doubled, size) = (twice, 2 * size);
        }
        sum.map_or_else(String::new, |(sum, _)| sum)
    }

    /// Sums of `n` neighbours plus those of the `m` behind them.
    fn add_behind(&mut self, first: &str, n: usize, behind: &str, m: usize, output: &str) {
        let [head, tail] = ["head", "tail"].map(|end| format!("{output}.{end}"));
        self.slice(first, &head, 0, -(m as i64));
        self.slice(behind, &tail, n as i64, i64::MAX);
        self.node("Add", &[&head, &tail], output, vec![]);
    }
}
