//! What a step learns from.

use tch::Tensor;

/// `bases` `[N, 4, L]`; `target` and `weight` `[N, heads, T]`, the weight 0 where nothing is known.
pub struct Batch {
    pub bases: Tensor,
    pub target: Tensor,
    pub weight: Tensor,
}
