//! How far scores and calls look along a contig.

use super::setup::Scored;
use crate::model::CallShape;

/// Bases on both sides of a reported position that its scores and calls may need.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Bases to the left that the windows over the position cover.
    pub left: usize,
    /// Bases to the right that these windows and their rows cover.
    pub right: usize,
    /// The longest window.
    pub window: usize,
    /// Positions on both sides whose windows decide which calls are local maxima.
    pub calls: usize,
}

impl Reach {
    /// Bases on both sides of a region with which its rows equal those of the whole contig.
    pub fn flank(&self) -> usize {
        self.window.max(self.calls + self.left.max(self.right))
    }

    /// Bases of a chunk: at least as many as its halo, which bounds the cost of copying the halo.
    pub fn chunk(&self, asked: usize) -> usize {
        asked.max(self.left + self.right).max(1)
    }

    /// `steps`: the row before may be of the same value.
    pub fn include(&mut self, model: &Scored<'_>, raw: bool, steps: bool) {
        for track in &model.tracks {
            let (left, right) = track.grid.halo();
            self.left = self.left.max(left);
            self.right = self.right.max(right);
            self.window = self.window.max(track.grid.window);
        }
        // The row before may have the same value, and the window before may be in the same call.
        let calls = match model.contract.calls {
            _ if raw => model.stride,
            CallShape::Point => model.distance,
            CallShape::Region => model.distance.max(model.stride),
        };
        let steps = if steps { model.stride } else { 0 };
        self.calls = self.calls.max(calls).max(steps);
    }
}
