//! An annotated genome in memory and the split of it.

use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result, bail};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::annotation::{Annotation, Gene, STRANDS, Strand, mark};
use crate::genome::{Contig, encode, open, read_fasta};
use crate::sites::recipe::{Genome, Split, Windows};

pub struct Dataset {
    pub contigs: Vec<Contig>,
    /// Marks of each contig's bases, one array a strand.
    pub marks: Vec<[Vec<u8>; 2]>,
    pub genes: Vec<Gene>,
}

/// A contig's index and a range of its bases.
pub type Stretch = (usize, Range<usize>);

/// One base on one strand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub contig: usize,
    pub strand: Strand,
    pub at: usize,
}

impl Dataset {
    pub fn read(genome: &Genome, data: &Path) -> Result<Dataset> {
        let contigs = read_fasta(&data.join(&genome.fasta))?;
        let starts = genome.exon_starts.as_ref().map(|path| data.join(path));
        let annotation = Annotation::read(&data.join(&genome.gtf), starts.as_deref())?;
        let marks = contigs
            .iter()
            .map(|c| annotation.marks(&c.name, c.codes.len()))
            .collect();
        Ok(Dataset {
            contigs,
            marks,
            genes: annotation.genes,
        })
    }

    /// Stretches with sequence: contig and range.
    pub fn blocks(&self) -> Vec<Stretch> {
        let of = |(i, c): (usize, &Contig)| {
            c.blocks
                .iter()
                .map(move |b| (i, b.clone()))
                .collect::<Vec<_>>()
        };
        self.contigs.iter().enumerate().flat_map(of).collect()
    }

    /// All places in `blocks` that have one of the marks `any` and none of `not`.
    pub fn places(&self, blocks: &[Stretch], any: u8, not: u8) -> Vec<Place> {
        let mut places = Vec::new();
        for (contig, range) in blocks {
            for strand in STRANDS {
                let marks = &self.marks[*contig][strand.index()];
                places.extend(range.clone().filter_map(|at| {
                    let hit = marks[at] & any != 0 && marks[at] & not == 0;
                    hit.then_some(Place {
                        contig: *contig,
                        strand,
                        at,
                    })
                }));
            }
        }
        places
    }

    /// Training and validation blocks. A gene split leaves the blocks as they are and marks the
    /// held-out genes instead: they count for nothing in training.
    pub fn split(&mut self, split: &Split, seed: u64) -> Result<[Vec<Stretch>; 2]> {
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

/// Rows of a TSV of labelled windows: codes and label.
pub fn read_windows(windows: &Windows, data: &Path) -> Result<Vec<(Vec<u8>, bool)>> {
    use std::io::{BufRead, BufReader};
    let path = data.join(&windows.tsv);
    let place = || format!("{}", path.display());
    let mut lines = BufReader::new(open(&path)?).lines();
    let header = lines.next().with_context(place)?.with_context(place)?;
    let names: Vec<&str> = header.split('\t').collect();
    let column = |name: &str| {
        let found = names.iter().position(|n| *n == name);
        found.with_context(|| format!("{}: no column '{name}'", path.display()))
    };
    let (label, sequence) = (column("label")?, column("sequence")?);
    let unless = windows.unless.as_deref().map(column).transpose()?;
    let mut rows = Vec::new();
    for line in lines {
        let line = line.with_context(place)?;
        let fields: Vec<&str> = line.split('\t').collect();
        if fields.len() != names.len() {
            bail!(
                "{}: {} fields, {} in the header",
                place(),
                fields.len(),
                names.len()
            );
        }
        if unless.is_none_or(|c| matches!(fields[c], "." | "")) {
            rows.push((encode(fields[sequence].as_bytes()), fields[label] == "1"));
        }
    }
    Ok(rows)
}
