//! Genomes in memory with their masks, and without the stretches that validate.

use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result};

use crate::data::genome::{Contig, read_fasta};
use crate::data::ranges::joined;
use crate::data::tracks::bed::Interval;
use crate::recipe::tracks::TrackStretch;

pub struct MaskedGenome {
    pub name: String,
    pub contigs: Vec<Contig>,
    /// Masked ranges by contig, ascending and apart.
    pub masked: Vec<Vec<Range<usize>>>,
    /// Contig and bases of what may be learnt from.
    pub train: Vec<(usize, Range<usize>)>,
}

/// Places closer to a mask than this count as on it.
pub const MARGIN: usize = 100;

impl MaskedGenome {
    pub fn read(name: &str, fasta: &Path) -> Result<MaskedGenome> {
        let contigs = read_fasta(fasta)?;
        let masked = vec![Vec::new(); contigs.len()];
        let blocks = contigs.iter().enumerate();
        let train = blocks
            .flat_map(|(at, contig)| contig.blocks.iter().map(move |block| (at, block.clone())))
            .collect();
        Ok(MaskedGenome {
            name: name.to_owned(),
            contigs,
            masked,
            train,
        })
    }

    pub fn contig(&self, name: &str) -> Option<usize> {
        self.contigs.iter().position(|contig| contig.name == name)
    }

    pub fn mask(&mut self, rows: &[Interval]) {
        for row in rows {
            if let Some(contig) = self.contig(&row.columns[0]) {
                self.masked[contig].push(row.start.saturating_sub(MARGIN)..row.end + MARGIN);
            }
        }
        for masked in &mut self.masked {
            *masked = joined(std::mem::take(masked));
        }
    }

    /// Removes a stretch from the training blocks.
    pub fn hold_out(&mut self, stretch: &TrackStretch) -> Result<()> {
        let contig = self.contig(&stretch.contig);
        let contig = contig.with_context(|| format!("validation: no contig {}", stretch.contig))?;
        let cut = |(at, block): (usize, Range<usize>)| {
            let apart = at != contig || block.end <= stretch.start || stretch.end <= block.start;
            let parts = match apart {
                true => vec![block],
                false => vec![
                    block.start..stretch.start.max(block.start),
                    stretch.end.min(block.end)..block.end,
                ],
            };
            parts.into_iter().map(move |part| (at, part))
        };
        let train = std::mem::take(&mut self.train);
        self.train = train.into_iter().flat_map(cut).collect();
        self.train.retain(|(_, block)| !block.is_empty());
        Ok(())
    }
}
