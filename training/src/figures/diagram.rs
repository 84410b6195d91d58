//! Diagrams of networks, in Mermaid.

use std::fmt::Write;

use anyhow::Result;

use crate::net::graph::{Act, Graph, Motif, Op};
use crate::recipe::Address;

/// One diagram for each network that the recipes build; recipes of the same network share it.
pub fn document(recipes: &[Address]) -> Result<String> {
    let mut all: Vec<(Graph, String, Vec<String>)> = Vec::new();
    for address in recipes {
        let Some(graph) = address.read(&[])?.0.graph() else {
            continue;
        };
        let drawn = mermaid(&graph);
        match all.iter_mut().find(|(_, other, _)| *other == drawn) {
            Some((_, _, names)) => names.push(address.word()),
            None => all.push((graph, drawn, vec![address.word()])),
        }
    }
    let mut out = String::from(
        "# Architectures\n\n\
         Generated from the recipes by `windrow-train report`; do not edit. A box says what is \
         done, and the shape that comes of it: channels × bases of a window, or channels alone \
         where a network is dense.\n",
    );
    for (graph, drawn, names) in &all {
        let kind = if graph.is_dense() { "dense" } else { "window" };
        write!(
            out,
            "\n## {}\n\n{kind}, {} bp, {} parameters\n\n```mermaid\n{drawn}```\n",
            names.join(", "),
            graph.window(),
            graph.parameters()
        )?;
    }
    Ok(out)
}

fn mermaid(graph: &Graph) -> String {
    let mut out = String::from("flowchart TD\n");
    for (at, node) in graph.nodes.iter().enumerate() {
        let shape = match node.length {
            None | Some(1) => format!("{}", node.channels),
            Some(length) => format!("{} × {length}", node.channels),
        };
        let (what, from) = described(&node.op);
        out.push_str(&format!("  n{at}[\"{what}<br>{shape}\"]\n"));
        for from in from {
            out.push_str(&format!("  n{from} --> n{at}\n"));
        }
    }
    out
}

/// What a node does, and the nodes that it takes.
fn described(op: &Op) -> (String, Vec<usize>) {
    let act = |act: &Act| match act {
        Act::None => "",
        Act::Relu => ", ReLU",
        Act::Exponential => ", exponential",
        Act::Swish => ", swish",
        Act::Sigmoid => ", sigmoid",
        Act::HardSwish => ", hard swish",
    };
    match op {
        Op::Bases => ("bases".into(), vec![]),
        Op::Conv {
            from,
            kernel,
            dilation,
            groups,
            norm,
            act: activation,
            ..
        } => {
            let depthwise = if *groups > 1 { "depthwise " } else { "" };
            let mut text = format!("{depthwise}convolution {kernel}");
            if *dilation > 1 {
                text.push_str(&format!(", dilation {dilation}"));
            }
            if *norm {
                text.push_str(", batch norm");
            }
            (text + act(activation), vec![*from])
        }
        Op::Add {
            a,
            b,
            act: activation,
        } => (format!("sum{}", act(activation)), vec![*a, *b]),
        Op::Concat { parts } => ("concatenation".into(), parts.clone()),
        Op::Gate { from } => ("gate".into(), vec![*from]),
        Op::Mean { from, width } => (format!("mean of {width} bases"), vec![*from]),
        Op::Motif { motifs, .. } => {
            let words: Vec<String> = motifs.iter().flatten().map(motif).collect();
            (words.join("; "), vec![0])
        }
        Op::Words { k, width, .. } => {
            let text = format!("attention over vectors ({width}) of {k}-mers");
            (text, vec![0])
        }
        Op::Turned => ("other strand".into(), vec![0]),
        Op::Lookup { k, width } => (format!("vectors ({width}) of {k}-mers"), vec![0]),
        Op::Places { from } => ("waves of the place".into(), vec![*from]),
        Op::Append { from } => ("a token behind".into(), vec![*from]),
        Op::Last { from } => ("the token".into(), vec![*from]),
        Op::MeanPool { from, width } => (format!("mean pooling {width}"), vec![*from]),
        Op::Rescale { from } => ("own units".into(), vec![*from]),
        Op::Norm { from } => ("batch norm".into(), vec![*from]),
        Op::MaxPool { from, width } => (format!("max pooling {width}"), vec![*from]),
        Op::GlobalMax { from } => ("global max".into(), vec![*from]),
        Op::GlobalMean { from } => ("global mean".into(), vec![*from]),
        Op::Scale { from, by } => ("product".into(), vec![*from, *by]),
        Op::Flatten { from } => ("flattened".into(), vec![*from]),
        Op::Dropout { from, share } => (format!("dropout {share}"), vec![*from]),
        Op::Attention { from, heads, width } => (
            format!("self-attention, {heads} heads of {width}"),
            vec![*from],
        ),
        Op::Lstm { from, units } => (format!("LSTM, both ways, {units}"), vec![*from]),
    }
}

/// The bases that a head requires before or behind the scored one.
fn motif(motif: &Motif) -> String {
    let letters = motif.bases.iter().map(|(_, allowed)| {
        let letters = allowed.iter().map(|&c| char::from(b"ACGT"[c as usize]));
        letters.map(String::from).collect::<Vec<_>>().join("/")
    });
    let side = if motif.bases[0].0 < 0 {
        "before"
    } else {
        "behind"
    };
    format!("{} {side} it", letters.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::graph::Conv;

    #[test]
    fn boxes_say_what_is_done_and_what_comes_of_it() {
        let mut graph = Graph::over(20);
        let x = graph.conv(0, 8, Conv::of(5, Act::Relu));
        let x = graph.max_pool(x, 2);
        graph.global_max(x);
        assert_eq!(
            mermaid(&graph),
            "flowchart TD\n  n0[\"bases<br>4 × 20\"]\n  n1[\"convolution 5, ReLU<br>8 × 16\"]\n  \
             n0 --> n1\n  n2[\"max pooling 2<br>8 × 8\"]\n  n1 --> n2\n  n3[\"global max<br>8\"]\n  \
             n2 --> n3\n"
        );
    }
}
