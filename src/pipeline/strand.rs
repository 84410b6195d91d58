//! Scores windows on a strand, lane by lane.

use anyhow::Result;

use crate::engine::Scorer;
use crate::sequence::Strand;
use crate::window::Lane;

/// Packs the windows of one track into lanes and gathers their raw outputs.
pub struct StrandWindows<'a> {
    scorer: &'a mut dyn Scorer,
    strand: Strand,
    lane: Lane,
    out: Vec<f32>,
    /// Outputs of the other strand, for symmetric models.
    reverse: Vec<f32>,
    outputs: Vec<f32>,
}

impl<'a> StrandWindows<'a> {
    pub fn new(scorer: &'a mut dyn Scorer, strand: Strand, window: usize) -> Self {
        Self {
            lane: Lane::new(scorer.lane(), window, scorer.step()),
            scorer,
            strand,
            out: Vec::new(),
            reverse: Vec::new(),
            outputs: Vec::new(),
        }
    }

    /// Ends a stretch: the next windows come from other codes.
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

    /// Raw outputs of all windows, as `[windows][labels]` in the order in which they were added.
    pub fn finish(mut self) -> Result<Vec<f32>> {
        self.run()?;
        Ok(self.outputs)
    }

    fn run(&mut self) -> Result<()> {
        let Lane { bases, starts, .. } = &self.lane;
        if starts.is_empty() {
            return Ok(());
        }
        match self.strand {
            Strand::Forward => self.scorer.score(bases, starts, &mut self.out)?,
            Strand::Reverse => self.scorer.score_reverse(bases, starts, &mut self.out)?,
            Strand::Both => {
                self.scorer.score(bases, starts, &mut self.out)?;
                self.scorer
                    .score_reverse(bases, starts, &mut self.reverse)?;
                for (mean, reverse) in self.out.iter_mut().zip(&self.reverse) {
                    *mean = (*mean + reverse) / 2.0;
                }
            }
        }
        self.outputs.extend_from_slice(&self.out);
        self.lane.clear();
        Ok(())
    }
}
