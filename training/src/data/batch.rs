//! What a step learns from.

use tch::Tensor;

/// Target of a place that no label says anything about, and that a teacher may; its weight is 0.
pub const UNLABELLED: f32 = -1.0;

/// `bases` `[N, 4, L]`; `target` and `weight` `[N, heads, T]`, the weight 0 where nothing is known.
pub struct Batch {
    pub bases: Tensor,
    pub target: Tensor,
    pub weight: Tensor,
}
