//! Architectures, one file each: a few numbers to a graph.

mod dilated;
mod dream;
mod exon_attention;
mod exon_complex;
mod exon_enhanced;
mod exon_simple;
mod genomic_basic;
mod genomic_final;
mod ibis;
mod inception;
mod pooled;
mod stepped;
mod word_attention;
mod word_transformer;

use serde::{Deserialize, Serialize};

use crate::net::graph::{Act, Conv, Graph, Motif};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Architecture {
    // Dense: any length, every base or step.
    Dilated(dilated::Dilated),
    Inception(inception::Inception),
    Pooled(pooled::Pooled),
    Stepped(stepped::Stepped),
    WordAttention(word_attention::WordAttention),
    // Of one length.
    ExonSimple(exon_simple::ExonSimple),
    ExonAttention(exon_attention::ExonAttention),
    ExonComplex(exon_complex::ExonComplex),
    ExonEnhanced(exon_enhanced::ExonEnhanced),
    Ibis(ibis::Ibis),
    Dream(dream::Dream),
    GenomicBasic(genomic_basic::GenomicBasic),
    GenomicFinal(genomic_final::GenomicFinal),
    WordTransformer(word_transformer::WordTransformer),
}

impl Architecture {
    /// The dense graph with `heads` output channels; none of an architecture that has a length.
    pub fn dense(&self, heads: usize) -> Option<Graph> {
        self.gated(&vec![None; heads])
    }

    /// The dense graph with one output channel a motif, shut where the motif does not stand.
    pub fn gated(&self, motifs: &[Option<Motif>]) -> Option<Graph> {
        let mut graph = Graph::default();
        let trunk = match self {
            Architecture::Dilated(dilated) => dilated.build(&mut graph),
            Architecture::Inception(inception) => inception.build(&mut graph),
            Architecture::Pooled(pooled) => pooled.build(&mut graph),
            Architecture::Stepped(stepped) => stepped.build(&mut graph),
            _ => return None,
        };
        let kernel = match self {
            Architecture::Dilated(dilated) => dilated.head,
            _ => 1,
        };
        let scores = graph.conv(trunk, motifs.len(), Conv::of(kernel, Act::None));
        if motifs.iter().any(Option::is_some) {
            let gate = graph.motifs(motifs, MOTIF_PENALTY);
            graph.add(scores, gate, Act::None);
        }
        Some(graph)
    }

    /// The graph that gives `heads` numbers for a window of `length` bases. A dense graph's
    /// window follows from its own numbers.
    pub fn window(&self, length: usize, heads: usize) -> Graph {
        if let Some(dense) = self.dense(heads) {
            return dense;
        }
        if let Architecture::WordAttention(a) = self {
            return a.graph(length, heads);
        }
        let mut graph = Graph::over(length);
        match self {
            Architecture::Dilated(_)
            | Architecture::Inception(_)
            | Architecture::Pooled(_)
            | Architecture::Stepped(_)
            | Architecture::WordAttention(_) => unreachable!("dense, and built above"),
            Architecture::ExonSimple(a) => a.build(&mut graph, heads),
            Architecture::ExonAttention(a) => a.build(&mut graph, heads),
            Architecture::ExonComplex(a) => a.build(&mut graph, heads),
            Architecture::ExonEnhanced(a) => a.build(&mut graph, heads),
            Architecture::Ibis(a) => a.build(&mut graph, heads),
            Architecture::Dream(a) => a.build(&mut graph, heads),
            Architecture::GenomicBasic(a) => a.build(&mut graph, heads),
            Architecture::GenomicFinal(a) => a.build(&mut graph, heads),
            Architecture::WordTransformer(a) => a.build(&mut graph, heads),
        }
        graph
    }

    /// The run of word vectors that the network is built on, and the length of its words.
    pub fn vectors(&self) -> Option<(&str, usize)> {
        match self {
            Architecture::WordAttention(a) => Some((&a.vectors, a.k)),
            Architecture::WordTransformer(a) => Some((&a.vectors, a.k)),
            _ => None,
        }
    }
}

/// Subtracted from the logit where the motif is missing: more than the trained part can add.
const MOTIF_PENALTY: f32 = 40.0;
