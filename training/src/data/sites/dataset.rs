//! An annotated genome in memory.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::data::annotation::{Annotation, Gene, STRANDS, Strand, mark, read_bed};
use crate::data::genome::{Block, Contig, read_fasta};
use crate::data::ranges::joined;
use crate::recipe::sites::{GenomeFiles, Species};

pub struct AnnotatedGenome {
    pub contigs: Vec<Contig>,
    /// Marks of each contig's bases, one array a strand.
    pub marks: Vec<[Vec<u16>; 2]>,
    pub genes: Vec<Gene>,
    /// Where sites are known, but not that there are no others.
    pub unsure: Vec<Block>,
}

/// One base on one strand; as JSON contig, strand (0 forward) and base.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(usize, usize, usize)", into = "(usize, usize, usize)")]
pub struct Place {
    pub contig: usize,
    pub strand: Strand,
    pub at: usize,
}

impl From<Place> for (usize, usize, usize) {
    fn from(place: Place) -> Self {
        (place.contig, place.strand.index(), place.at)
    }
}

impl From<(usize, usize, usize)> for Place {
    fn from((contig, strand, at): (usize, usize, usize)) -> Place {
        Place {
            contig,
            strand: STRANDS[strand.min(1)],
            at,
        }
    }
}

impl AnnotatedGenome {
    pub fn read(genome: &GenomeFiles, data: &Path) -> Result<AnnotatedGenome> {
        let contigs = read_fasta(&data.join(&genome.fasta))?;
        let starts = genome.exon_starts.as_ref().map(|path| data.join(path));
        let ends = genome.exon_ends.as_ref().map(|path| data.join(path));
        let gtf = data.join(&genome.gtf);
        let annotation = Annotation::read(&gtf, starts.as_deref(), ends.as_deref())?;
        let marks = contigs
            .iter()
            .map(|c| annotation.marks(&c.name, c.codes.len()))
            .collect();
        Ok(AnnotatedGenome {
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
    pub fn blocks(&self) -> Vec<Block> {
        let of = |(i, c): (usize, &Contig)| {
            c.blocks
                .iter()
                .map(move |b| (i, b.clone()))
                .collect::<Vec<_>>()
        };
        self.contigs.iter().enumerate().flat_map(of).collect()
    }

    /// All places in `blocks` that have one of the marks `any` and none of `not`.
    pub fn places(&self, blocks: &[Block], any: u16, not: u16) -> Vec<Place> {
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
            let mut data = AnnotatedGenome {
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
