//! Scoring windows on a strand, lane by lane.

use anyhow::Result;

use crate::engine::Scorer;
use crate::sequence::{Strand, reverse_complement};
use crate::window::Lane;

/// Packs the windows of one track into lanes and gathers their raw outputs.
pub struct Windows<'a> {
    scorer: &'a mut dyn Scorer,
    strand: Strand,
    labels: usize,
    window: usize,
    lane: Lane,
    /// The lane read along the other strand.
    mirrored: Vec<u8>,
    starts: Vec<u32>,
    out: Vec<f32>,
    outputs: Vec<f32>,
}

impl<'a> Windows<'a> {
    pub fn new(
        scorer: &'a mut dyn Scorer,
        strand: Strand,
        labels: usize,
        window: usize,
        step: usize,
    ) -> Self {
        let lane = Lane::new(scorer.lane(), window, step);
        let (mirrored, starts, out, outputs) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self {
            scorer,
            strand,
            labels,
            window,
            lane,
            mirrored,
            starts,
            out,
            outputs,
        }
    }

    /// Ends a stretch: what follows comes from other codes.
    pub fn seam(&mut self) {
        self.lane.seam();
    }

    /// Adds the window that begins at `start` of `codes`.
    pub fn push(&mut self, codes: &[u8], start: usize) -> Result<()> {
        if !self.lane.push(codes, start) {
            self.run()?;
            let fits = self.lane.push(codes, start);
            debug_assert!(fits, "an empty lane holds a window");
        }
        Ok(())
    }

    /// Raw outputs of all windows, as `[windows][labels]` in the order they came.
    pub fn finish(mut self) -> Result<Vec<f32>> {
        self.run()?;
        Ok(self.outputs)
    }

    fn run(&mut self) -> Result<()> {
        if self.lane.starts.is_empty() {
            return Ok(());
        }
        let from = self.outputs.len();
        if self.strand != Strand::Reverse {
            self.scorer
                .score(&self.lane.bases, &self.lane.starts, &mut self.out)?;
            self.outputs.extend_from_slice(&self.out);
        }
        if self.strand != Strand::Forward {
            self.score_mirrored()?;
            let windows = self.out.chunks_exact(self.labels).rev();
            if self.strand == Strand::Both {
                let sums = self.outputs[from..].chunks_exact_mut(self.labels);
                for (sum, reverse) in sums.zip(windows) {
                    for (sum, reverse) in sum.iter_mut().zip(reverse) {
                        *sum = (*sum + reverse) / 2.0;
                    }
                }
            } else {
                self.outputs.extend(windows.flatten());
            }
        }
        self.lane.clear();
        Ok(())
    }

    /// Scores the reverse complement; windows keep to the grid because the last one ends the lane.
    fn score_mirrored(&mut self) -> Result<()> {
        reverse_complement(&self.lane.bases, &mut self.mirrored);
        let last = (self.lane.bases.len() - self.window) as u32;
        self.starts.clear();
        self.starts
            .extend(self.lane.starts.iter().rev().map(|start| last - start));
        self.scorer
            .score(&self.mirrored, &self.starts, &mut self.out)
    }
}
