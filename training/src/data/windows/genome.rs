//! Genomes that windows are drawn from.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use anyhow::{Result, bail};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::bases::{UNKNOWN, reverse_complement};
use crate::data::genome::{Contig, read_fasta};

/// Genome that counts as one group: neighbours share repeats and annotation.
pub const GROUP: usize = 1_000_000;

/// Tries of a draw.
const DRAWS: usize = 10_000;

/// Windows among which the one is chosen whose GC content is nearest.
const MATCHED: usize = 100;

/// Contigs by name.
pub struct GenomeWindows {
    contigs: Vec<Contig>,
    by_name: HashMap<String, usize>,
}

impl GenomeWindows {
    pub fn read(path: &Path) -> Result<GenomeWindows> {
        let contigs = read_fasta(path)?;
        let names = contigs.iter().enumerate();
        let by_name = names.map(|(i, c)| (c.name.clone(), i)).collect();
        Ok(GenomeWindows { contigs, by_name })
    }

    /// All codes of a contig.
    pub fn codes(&self, contig: &str) -> Option<&[u8]> {
        let &at = self.by_name.get(contig)?;
        Some(&self.contigs[at].codes)
    }

    /// The number of the block of known bases that a base lies in, counted over all contigs.
    pub fn block(&self, contig: &str, at: usize) -> usize {
        let blocks = self
            .contigs
            .iter()
            .flat_map(|c| c.blocks.iter().map(|b| (&c.name, b)));
        let mut numbered = blocks.enumerate();
        let found = numbered.find(|(_, (name, block))| *name == contig && block.contains(&at));
        found.map_or(0, |(number, _)| number)
    }

    /// Makes the bases of a range unknown, so that no window with one of them is drawn.
    pub fn forget(&mut self, contig: &str, range: Range<usize>) {
        if let Some(&at) = self.by_name.get(contig) {
            let codes = &mut self.contigs[at].codes;
            let range = range.start.min(codes.len())..range.end.min(codes.len());
            codes[range].fill(UNKNOWN);
        }
    }

    /// The bases of a range, where all of them are there and known.
    pub fn known(&self, contig: &str, range: Range<i64>, reverse: bool) -> Option<Vec<u8>> {
        let range = usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?;
        let bases = self.codes(contig)?.get(range)?;
        if bases.contains(&UNKNOWN) {
            return None;
        }
        Some(match reverse {
            false => bases.to_vec(),
            true => reverse_complement(bases),
        })
    }

    /// A window of known bases from anywhere that `wanted` (contig and group) allows; an error
    /// where there seems to be none.
    pub fn draw(
        &self,
        window: usize,
        random: &mut ChaCha8Rng,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Vec<u8>> {
        let blocks = || {
            self.contigs
                .iter()
                .flat_map(|c| c.blocks.iter().map(move |b| (c, b)))
        };
        let total: usize = blocks().map(|(_, block)| block.len()).sum();
        for _ in 0..DRAWS {
            let mut at = random.random_range(0..total);
            for (contig, block) in blocks() {
                if at >= block.len() {
                    at -= block.len();
                    continue;
                }
                let start = block.start + at;
                let range = start as i64..(start + window) as i64;
                let group = format!("{}:{}", contig.name, start / GROUP);
                let known = self.known(&contig.name, range, random.random());
                if let Some(codes) = known.filter(|_| wanted(&group)) {
                    return Ok(codes);
                }
                break;
            }
        }
        bail!("the genome has no {window} known bases for this part of the split");
    }

    /// Of some draws, the window whose GC content is nearest to that of `like`.
    pub fn draw_like(
        &self,
        like: &[u8],
        random: &mut ChaCha8Rng,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Vec<u8>> {
        let aim = gc(like);
        let mut best: Option<(f64, Vec<u8>)> = None;
        for _ in 0..MATCHED {
            let codes = self.draw(like.len(), random, &wanted)?;
            let off = (gc(&codes) - aim).abs();
            if best.as_ref().is_none_or(|(least, _)| off < *least) {
                best = Some((off, codes));
            }
        }
        Ok(best.map(|(_, codes)| codes).unwrap_or_default())
    }
}

/// Share of G and C among the known bases.
pub fn gc(codes: &[u8]) -> f64 {
    let known = codes.iter().filter(|&&c| c < UNKNOWN).count();
    let gc = codes.iter().filter(|&&c| c == 1 || c == 2).count();
    gc as f64 / known.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    /// Ten stretches of 500 bases: A, C, G, T, A and so on.
    fn genome() -> GenomeWindows {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("g.fa");
        let text: String = (0..10)
            .map(|i| ["A", "C", "G", "T"][i % 4].repeat(500))
            .collect();
        std::fs::write(&path, format!(">c\n{text}\n")).unwrap();
        GenomeWindows::read(&path).unwrap()
    }

    #[test]
    fn what_is_forgotten_is_never_drawn() {
        let mut genome = genome();
        genome.forget("c", 0..4000);
        genome.forget("c", 4500..9999);
        genome.forget("no such contig", 0..5);
        let mut random = ChaCha8Rng::seed_from_u64(5);
        for _ in 0..50 {
            let codes = genome.draw(20, &mut random, |_| true).unwrap();
            // The ninth stretch is of A, on the other strand of T.
            assert!(codes == [0; 20] || codes == [3; 20], "{codes:?}");
        }
        genome.forget("c", 0..5000);
        assert!(genome.draw(20, &mut random, |_| true).is_err());
    }

    #[test]
    fn a_matched_window_is_nearer_in_gc_than_any_window() {
        let genome = genome();
        let mut random = ChaCha8Rng::seed_from_u64(5);
        for like in [[1u8; 30], [0; 30]] {
            let drawn: Vec<f64> = (0..100)
                .map(|_| gc(&genome.draw_like(&like, &mut random, |_| true).unwrap()))
                .collect();
            let off = drawn.iter().filter(|&&share| share != gc(&like)).count();
            assert!(off <= 1, "{off} of 100");
        }
    }
}
