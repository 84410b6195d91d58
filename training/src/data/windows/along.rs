//! Stretches of a genome that are held out as a whole.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, Result};

use crate::bases::{UNKNOWN, reverse_complement};
use crate::data::genome::open;
use crate::data::windows::examples::Example;
use crate::data::windows::genome::GenomeWindows;
use crate::recipe::windows::along::{Along, AlongStretch};
use crate::recipe::windows::source::Part;

/// A sequence lies in a stretch if so many bases around its middle occur there.
const WORD: usize = 32;

impl Along {
    pub fn stretches(&self, part: Part) -> &[AlongStretch] {
        match part {
            Part::Train => &[],
            Part::Validation => &self.validation,
            Part::Test => &self.test,
        }
    }

    fn held_out(&self) -> impl Iterator<Item = &AlongStretch> {
        self.validation.iter().chain(&self.test)
    }

    /// Hides the stretches, and all that is near a known site, from draws.
    pub fn hide(&self, genome: &mut GenomeWindows, folder: &Path) -> Result<()> {
        for stretch in self.held_out() {
            genome.forget(&stretch.contig, stretch.start..stretch.end);
        }
        for (contig, at) in self.known_sites(folder)? {
            let near = at.saturating_sub(self.within)..at + self.within + 1;
            genome.forget(&contig, near);
        }
        Ok(())
    }

    /// Contig and base of each known site.
    pub fn known_sites(&self, folder: &Path) -> Result<Vec<(String, usize)>> {
        let Some(bed) = &self.bed else {
            return Ok(Vec::new());
        };
        let path = folder.join(bed);
        let mut sites = Vec::new();
        for (number, line) in BufReader::new(open(&path)?).lines().enumerate() {
            let line = line.with_context(|| format!("{}", path.display()))?;
            let place = || format!("{}: line {}", path.display(), number + 1);
            let mut fields = line.split('\t');
            let contig = fields.next().with_context(place)?.to_owned();
            let start = fields.next().with_context(place)?;
            sites.push((contig, start.parse().with_context(place)?));
        }
        Ok(sites)
    }

    /// Leaves out the examples whose middle stands in one of the stretches, on either strand.
    pub fn clear(&self, examples: &mut Vec<Example>, folder: &Path) -> Result<()> {
        let genome = GenomeWindows::read(&folder.join(&self.fasta))?;
        let mut words: HashMap<u64, Vec<usize>> = HashMap::new();
        for (at, example) in examples.iter().enumerate() {
            let middle = example.window(WORD, 0);
            if !middle.contains(&UNKNOWN) {
                let turned = reverse_complement(&middle);
                for word in [middle, turned] {
                    words.entry(packed(&word)).or_default().push(at);
                }
            }
        }
        let mut seen = vec![false; examples.len()];
        for stretch in self.held_out() {
            let (mut word, mut length) = (0u64, 0);
            for &code in stretch.codes(&genome)? {
                length = if code == UNKNOWN { 0 } else { length + 1 };
                word = word << 2 | u64::from(code & 3);
                if length >= WORD {
                    let here = words.get(&word).into_iter().flatten();
                    here.for_each(|&at| seen[at] = true);
                }
            }
        }
        let mut seen = seen.into_iter();
        examples.retain(|_| seen.next() != Some(true));
        Ok(())
    }
}

/// Two bits a base.
fn packed(word: &[u8]) -> u64 {
    word.iter().fold(0, |sum, &code| sum << 2 | u64::from(code))
}

impl AlongStretch {
    pub fn codes<'a>(&self, genome: &'a GenomeWindows) -> Result<&'a [u8]> {
        let codes = genome.codes(&self.contig);
        codes
            .and_then(|codes| codes.get(self.start..self.end))
            .with_context(|| {
                format!(
                    "the genome has no {}:{}-{}",
                    self.contig, self.start, self.end
                )
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn along(validation: &[(usize, usize)]) -> Along {
        let stretch = |&(start, end): &(usize, usize)| AlongStretch {
            contig: "c".into(),
            start,
            end,
        };
        Along {
            fasta: "g.fa".into(),
            validation: validation.iter().map(stretch).collect(),
            test: Vec::new(),
            sites: [("x".to_owned(), 3.0)].into(),
            bases: 1e3,
            reach: 4,
            bed: None,
            within: 10,
        }
    }

    #[test]
    fn examples_of_a_stretch_are_left_out_on_either_strand() {
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let codes: Vec<u8> = (0..300).map(|_| random.random_range(0..4)).collect();
        let text: String = codes
            .iter()
            .map(|&c| ["A", "C", "G", "T"][c as usize])
            .collect();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("g.fa"), format!(">c\n{text}\n")).unwrap();
        let example = |start: usize, reverse: bool| {
            let codes = &codes[start..start + 40];
            let codes = match reverse {
                true => reverse_complement(codes),
                false => codes.to_vec(),
            };
            Example {
                codes,
                at: 20,
                targets: vec![1.0],
                group: format!("{start}"),
                block: 0,
                split: String::new(),
                weight: 1.0,
                part: None,
            }
        };
        let mut examples = vec![example(0, false), example(160, false), example(200, true)];
        along(&[(150, 300)])
            .clear(&mut examples, folder.path())
            .unwrap();
        let left: Vec<&str> = examples.iter().map(|e| e.group.as_str()).collect();
        assert_eq!(left, ["0"]);
    }
}
