//! An annotated genome in memory and the split of it.

use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result, bail};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::data::annotation::{Annotation, Gene, STRANDS, Strand, mark, read_bed};
use crate::data::genome::{Contig, encode, open, read_fasta};
use crate::recipe::sites::{Genome, Species, Split, Windows};

pub struct Dataset {
    pub contigs: Vec<Contig>,
    /// Marks of each contig's bases, one array a strand.
    pub marks: Vec<[Vec<u16>; 2]>,
    pub genes: Vec<Gene>,
    /// Where sites are known, but not that there are no others.
    pub unsure: Vec<Stretch>,
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
        let ends = genome.exon_ends.as_ref().map(|path| data.join(path));
        let gtf = data.join(&genome.gtf);
        let annotation = Annotation::read(&gtf, starts.as_deref(), ends.as_deref())?;
        let marks = contigs
            .iter()
            .map(|c| annotation.marks(&c.name, c.codes.len()))
            .collect();
        Ok(Dataset {
            contigs,
            marks,
            genes: annotation.genes,
            unsure: Vec::new(),
        })
    }

    /// Adds a genome of which some sites are known.
    pub fn add(&mut self, species: &Species, data: &Path) -> Result<()> {
        let contigs = read_fasta(&data.join(&species.fasta))?;
        let mut known = Vec::new();
        let lists = species.sites.iter().map(|path| (path, true));
        for (path, sites) in lists.chain(species.mask.iter().map(|path| (path, false))) {
            let path = data.join(path);
            let read = read_bed(&path, |name| match (name, sites) {
                ("acceptor", true) => Ok(mark::ACCEPTOR),
                ("donor", true) => Ok(mark::DONOR),
                (name, true) => bail!("name '{name}' is neither acceptor nor donor"),
                (_, false) => Ok(0),
            });
            known.extend(read.with_context(|| format!("{}", path.display()))?);
        }
        let first = self.contigs.len();
        for (i, contig) in contigs.iter().enumerate() {
            if self.contigs.iter().any(|c| c.name == contig.name) {
                bail!(
                    "{}: {} is there already",
                    species.fasta.display(),
                    contig.name
                );
            }
            let length = contig.codes.len();
            let mut marks = [vec![0; length], vec![0; length]];
            let own = || known.iter().filter(|site| site.0 == contig.name);
            let unsure: Vec<_> = match species.negatives_beyond {
                None => std::iter::once(0..length).collect(),
                Some(reach) => own()
                    .map(|&(_, at, ..)| at.saturating_sub(reach)..(at + reach + 1).min(length))
                    .collect(),
            };
            for range in joined(unsure) {
                for strand in &mut marks {
                    let bits = mark::MASK_ACCEPTOR | mark::MASK_DONOR | mark::MASK_EXON;
                    strand[range.clone()].fill(bits);
                }
                self.unsure.push((first + i, range));
            }
            for (_, at, strand, bits) in own() {
                let base = marks[strand.index()].get_mut(*at);
                *base.with_context(|| format!("{}:{at} is beyond its end", contig.name))? |= bits;
            }
            self.marks.push(marks);
        }
        self.contigs.extend(contigs);
        Ok(())
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
    pub fn places(&self, blocks: &[Stretch], any: u16, not: u16) -> Vec<Place> {
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

/// Ranges in order, those that overlap or touch as one.
pub fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_known_sites_nothing_is_a_negative() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: String| {
            std::fs::write(folder.path().join(name), text).unwrap();
            std::path::PathBuf::from(name)
        };
        let fasta = write("a.fa", format!(">r\n{}\n", "A".repeat(100)));
        let sites = "r\t50\t51\tacceptor\t0\t+\nr\t60\t61\tdonor\t0\t-\n";
        let mut species = Species {
            fasta,
            sites: vec![write("sites.bed", sites.into())],
            mask: vec![write("mask.bed", "r\t20\t21\ttss\t0\t-\n".into())],
            negatives_beyond: Some(10),
        };
        let read = |species: &Species| {
            let (contigs, marks, genes, unsure) = Default::default();
            let mut data = Dataset {
                contigs,
                marks,
                genes,
                unsure,
            };
            data.add(species, folder.path()).unwrap();
            data
        };
        let data = read(&species);
        assert_eq!(data.unsure, [(0, 10..31), (0, 40..71)]);
        assert_eq!(data.marks[0][0][50] & mark::ACCEPTOR, mark::ACCEPTOR);
        assert_eq!(data.marks[0][1][60] & mark::DONOR, mark::DONOR);
        assert_eq!(data.marks[0][0][31], 0);
        assert_ne!(data.marks[0][1][30] & mark::MASK_ACCEPTOR, 0);
        species.negatives_beyond = None;
        assert_eq!(read(&species).unsure, [(0, 0..100)]);
    }
}
