//! Which part of an annotated genome is learnt from, and which part validates.

use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result, bail};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::data::annotation::mark;
use crate::data::genome::Block;
use crate::data::sites::dataset::AnnotatedGenome;
use crate::data::sites::rows::{self, LabelledWindow};
use crate::recipe::sites::{GenomeSplit, SitesRecipe};

/// All that a recipe of sites learns from and is validated on.
pub struct SplitGenome {
    pub data: AnnotatedGenome,
    pub train: Vec<Block>,
    pub validation: Vec<Block>,
    pub rows: Vec<LabelledWindow>,
}

impl SplitGenome {
    pub fn read(recipe: &SitesRecipe, data: &Path) -> Result<SplitGenome> {
        let mut dataset = AnnotatedGenome::read(&recipe.data.genome, data)?;
        for species in &recipe.data.species {
            dataset.add(species, data)?;
        }
        let [train, validation] = dataset.split(&recipe.split, recipe.seed)?;
        Ok(SplitGenome {
            data: dataset,
            train,
            validation,
            rows: rows::read(recipe, data)?,
        })
    }
}

impl AnnotatedGenome {
    /// Training and validation blocks. A gene split leaves the blocks as they are and marks the
    /// held-out genes instead, which training ignores.
    fn split(&mut self, split: &GenomeSplit, seed: u64) -> Result<[Vec<Block>; 2]> {
        match split {
            GenomeSplit::Region { contig, start, end } => {
                let (start, end) = (*start, *end);
                let named = self.contigs.iter().position(|c| c.name == *contig);
                let held = named.with_context(|| format!("split: no contig '{contig}'"))?;
                let (mut train, mut validation) = (Vec::new(), Vec::new());
                for (i, block) in self.blocks() {
                    if i != held {
                        train.push((i, block));
                        continue;
                    }
                    let keep = |side: &mut Vec<_>, part: Range<usize>| {
                        if part.start < part.end {
                            side.push((i, part));
                        }
                    };
                    keep(&mut train, block.start..block.end.min(start));
                    keep(&mut validation, block.start.max(start)..block.end.min(end));
                    keep(&mut train, block.start.max(end)..block.end);
                }
                if validation.is_empty() {
                    bail!("split: no sequence in {contig}:{start}-{end}");
                }
                Ok([train, validation])
            }
            GenomeSplit::Genes { share } => {
                let mut genes = self.genes.clone();
                genes.sort_by(|a, b| a.id.cmp(&b.id));
                genes.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
                genes.truncate((genes.len() as f64 * share).round() as usize);
                let mut validation = Vec::new();
                for gene in &genes {
                    let Some(contig) = self.contigs.iter().position(|c| c.name == gene.contig)
                    else {
                        continue;
                    };
                    for marks in &mut self.marks[contig] {
                        marks[gene.span.clone()]
                            .iter_mut()
                            .for_each(|m| *m |= mark::HELD_OUT);
                    }
                    validation.push((contig, gene.span.clone()));
                }
                Ok([self.blocks(), validation])
            }
        }
    }
}
