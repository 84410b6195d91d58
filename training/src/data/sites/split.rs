//! Which part of an annotated genome is learnt from, and which part validates.

use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result, bail};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::data::annotation::mark;
use crate::data::sites::dataset::{Dataset, Stretch};
use crate::data::sites::rows::{self, Row};
use crate::recipe::sites::{Recipe, Split};

/// All that a recipe of sites learns from and is validated on.
pub struct SplitGenome {
    pub data: Dataset,
    pub train: Vec<Stretch>,
    pub validation: Vec<Stretch>,
    pub rows: Vec<Row>,
}

impl SplitGenome {
    pub fn read(recipe: &Recipe, data: &Path) -> Result<SplitGenome> {
        let mut dataset = Dataset::read(&recipe.data.genome, data)?;
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

impl Dataset {
    /// Training and validation blocks. A gene split leaves the blocks as they are and marks the
    /// held-out genes instead: they count for nothing in training.
    fn split(&mut self, split: &Split, seed: u64) -> Result<[Vec<Stretch>; 2]> {
        match split {
            Split::Region { contig, start, end } => {
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
            Split::Genes { share } => {
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
