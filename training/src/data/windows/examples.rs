//! Labelled sequences: rows of a TSV, records of a FASTA, intervals or exon starts of a genome.

use std::collections::{BTreeMap, HashSet};
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::bases::{UNKNOWN, encode};
use crate::data::annotation::{Annotation, Strand};
use crate::data::genome::{open, read_fasta};
use crate::data::windows::genome::{GROUP, GenomeWindows};
use crate::recipe::windows::card::Output;
use crate::recipe::windows::source::{Part, Reading, Short, Source, WindowsData};
use crate::recipe::windows::split::ExampleSplit;

/// A labelled sequence, longer than a window or as long.
#[derive(Debug, Clone)]
pub struct Example {
    pub codes: Vec<u8>,
    /// The base that a window is cut around.
    pub at: usize,
    /// One a label; NaN where nothing is known.
    pub targets: Vec<f32>,
    /// What must not be on both sides of a split.
    pub group: String,
    /// The block of known bases that it lies in, where it comes from a genome.
    pub block: usize,
    /// What the split's column says.
    pub split: String,
    pub weight: f64,
    pub part: Option<Part>,
}

/// What all sources of a recipe share.
pub struct Reader<'a> {
    pub folder: &'a Path,
    pub data: &'a WindowsData,
    pub split: &'a ExampleSplit,
    pub labels: &'a [String],
    pub output: Output,
    pub window: usize,
    pub seed: u64,
}

/// Bases on each side of a genome's window that jitter, or a model of a wider window, may want.
const MARGIN: usize = 250;

impl Reader<'_> {
    /// All examples of `sources`, those too short for the window dropped or padded.
    pub fn read(&self, sources: &[Source]) -> Result<Vec<Example>> {
        let mut all = Vec::new();
        for (number, source) in sources.iter().enumerate() {
            let before = all.len();
            match (&source.tsv, &source.fasta, &source.bed, &source.gtf) {
                (Some(tsv), ..) => self.tsv(source, number, tsv, &mut all),
                (_, Some(fasta), Some(bed), _) => self.intervals(source, fasta, bed, &mut all),
                (_, Some(fasta), _, Some(gtf)) => self.exon_starts(source, fasta, gtf, &mut all),
                (_, Some(fasta), ..) => self.fasta(source, fasta, &mut all),
                _ => bail!("a source without a file"),
            }?;
            ensure!(all.len() > before, "source {}: no examples", number + 1);
        }
        Ok(all)
    }

    pub(super) fn example(
        &self,
        source: &Source,
        codes: Vec<u8>,
        target: f32,
        group: String,
    ) -> Example {
        let targets = match &source.label {
            None => vec![target],
            Some(label) => {
                let of = |name: &String| if name == label { target } else { f32::NAN };
                self.labels.iter().map(of).collect()
            }
        };
        let (codes, before) = match &source.flanks {
            None => (codes, 0),
            Some([left, right]) => {
                let mut whole = encode(left.as_bytes());
                let before = whole.len();
                whole.extend(codes);
                whole.extend(encode(right.as_bytes()));
                (whole, before)
            }
        };
        Example {
            at: source.at.map_or(codes.len() / 2, |at| at + before),
            codes,
            targets,
            group,
            block: 0,
            split: String::new(),
            weight: source.weight.unwrap_or(1.0),
            part: source.part,
        }
    }

    pub(super) fn add(&self, example: Example, all: &mut Vec<Example>) {
        if self.data.short == Short::Pad || example.codes.len() >= self.window {
            all.push(example);
        }
    }

    fn fasta(&self, source: &Source, fasta: &Path, all: &mut Vec<Example>) -> Result<()> {
        let target = source.target.unwrap_or(f64::NAN) as f32;
        for record in read_fasta(&self.folder.join(fasta))? {
            let example = self.example(source, record.codes, target, record.name);
            self.add(example, all);
        }
        Ok(())
    }

    fn intervals(
        &self,
        source: &Source,
        fasta: &Path,
        bed: &Path,
        all: &mut Vec<Example>,
    ) -> Result<()> {
        let genome = GenomeWindows::read(&self.folder.join(fasta))?;
        let path = self.folder.join(bed);
        let target = source.target.unwrap_or(f64::NAN) as f32;
        let names = source.only.get("name");
        for (number, line) in BufReader::new(open(&path)?).lines().enumerate() {
            let line = line.with_context(|| format!("{}", path.display()))?;
            let place = || format!("{}: line {}", path.display(), number + 1);
            let fields: Vec<&str> = line.split('\t').collect();
            ensure!(fields.len() >= 3, "{}: {} fields", place(), fields.len());
            let is_named = |name: &String| fields.get(3) == Some(&name.as_str());
            if names.is_some_and(|names| !names.iter().any(is_named)) {
                continue;
            }
            // A seventh column of 1 marks what overlaps a published test set.
            if fields.get(6) == Some(&"1") {
                continue;
            }
            let start: usize = fields[1].parse().with_context(place)?;
            let end: usize = fields[2].parse().with_context(place)?;
            let reverse = fields.get(5) == Some(&"-");
            let range = start as i64..end as i64;
            if let Some(codes) = genome.known(fields[0], range, reverse) {
                let group = format!("{}:{}", fields[0], start / GROUP);
                self.add(self.example(source, codes, target, group), all);
            }
        }
        Ok(())
    }

    /// Every exon start, and for each a random position of its gene that is none.
    fn exon_starts(
        &self,
        source: &Source,
        fasta: &Path,
        gtf: &Path,
        all: &mut Vec<Example>,
    ) -> Result<()> {
        let reading = source.reading.context("no reading")?;
        let genome = GenomeWindows::read(&self.folder.join(fasta))?;
        let annotation = Annotation::read(&self.folder.join(gtf), None, None)?;
        let mut starts: HashSet<(&str, usize, bool)> = HashSet::new();
        let mut genes: BTreeMap<&str, Vec<(usize, bool)>> = BTreeMap::new();
        for (gene, contig, strand, exon) in annotation.exons() {
            let (at, reverse) = match (reading, strand) {
                (Reading::Strand, Strand::Reverse) => (exon.end - 1, true),
                _ => (exon.start, false),
            };
            if starts.insert((contig, at, reverse)) {
                genes.entry(gene).or_default().push((at, reverse));
            }
        }
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        let reach = (self.window / 2 + MARGIN) as i64;
        for gene in &annotation.genes {
            let mut add = |at: usize, reverse: bool, target: f32| {
                let range = at as i64 - reach..at as i64 + reach + 1;
                if let Some(codes) = genome.known(&gene.contig, range, reverse) {
                    let mut example = self.example(source, codes, target, gene.id.clone());
                    example.block = genome.block(&gene.contig, at);
                    self.add(example, all);
                }
            };
            for &(at, reverse) in genes.get(gene.id.as_str()).into_iter().flatten() {
                add(at, reverse, 1.0);
                let other = random.random_range(gene.span.clone());
                if !starts.contains(&(gene.contig.as_str(), other, reverse)) {
                    add(other, reverse, 0.0);
                }
            }
        }
        Ok(())
    }
}

impl Example {
    /// The nearest to `aside` that leaves a window inside the sequence, where one fits.
    pub fn inside(&self, length: usize, aside: i64) -> i64 {
        let first = self.at as i64 - (length / 2) as i64;
        match self.codes.len().checked_sub(length) {
            Some(most) => (first + aside).clamp(0, most as i64) - first,
            None => aside,
        }
    }

    /// The window around the example's base, moved by `aside`; unknown beyond its ends.
    pub fn window(&self, length: usize, aside: i64) -> Vec<u8> {
        let first = self.at as i64 - (length / 2) as i64 + aside;
        let base = |at: i64| {
            let at = usize::try_from(at).ok()?;
            self.codes.get(at).copied()
        };
        let all = first..first + length as i64;
        all.map(|at| base(at).unwrap_or(UNKNOWN)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn data() -> WindowsData {
        WindowsData {
            length: Some(4),
            short: Short::Drop,
            sources: vec![],
            negatives: vec![],
            apart: None,
        }
    }

    fn read(folder: &Path, source: Source, labels: &[&str]) -> Result<Vec<Example>> {
        let split = ExampleSplit::Groups {
            column: Some("cluster".into()),
            validation: 0.1,
            test: 0.1,
        };
        let labels: Vec<String> = labels.iter().map(|&l| l.to_owned()).collect();
        let reader = Reader {
            folder,
            data: &data(),
            split: &split,
            labels: &labels,
            output: Output::Logit,
            window: 4,
            seed: 1,
        };
        reader.read(&[source])
    }

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    fn path(name: &str) -> Option<PathBuf> {
        Some(name.into())
    }

    #[test]
    fn rows_are_chosen_by_their_columns() {
        let tsv = "id\tlabel\thidden_overlap\tcluster\tsequence\n\
                   a\t1\t0\tc1\tACGTA\nb\t0\t1\tc1\tACGTA\nc\t0\t0\tc2\tACG\nd\t0\t0\tc3\tTTTT\n";
        let folder = folder(&[("a.tsv", tsv)]);
        let source = Source {
            tsv: path("a.tsv"),
            unless: [("hidden_overlap".into(), vec!["1".into()])].into(),
            flanks: None,
            ..Default::default()
        };
        let rows = read(folder.path(), source.clone(), &["x"]).unwrap();
        let seen: Vec<(&str, f32)> = rows
            .iter()
            .map(|e| (e.group.as_str(), e.targets[0]))
            .collect();
        // The third row is too short for a window.
        assert_eq!(seen, [("c1", 1.0), ("c3", 0.0)]);
        assert_eq!(rows[0].window(4, 0), [0, 1, 2, 3]);
        assert_eq!(rows[0].window(4, 2), [2, 3, 0, UNKNOWN]);
        assert_eq!([-9, 0, 9].map(|aside| rows[0].inside(4, aside)), [0, 0, 1]);
        assert_eq!(rows[0].inside(6, -9), -9);
        let labelled = Source {
            label: Some("y".into()),
            flanks: Some(["GG".into(), "".into()]),
            ..source
        };
        let rows = read(folder.path(), labelled, &["x", "y"]).unwrap();
        assert!(rows[0].targets[0].is_nan() && rows[0].targets[1] == 1.0);
        assert_eq!(rows[0].codes[..3], [2, 2, 0]);
    }

    #[test]
    fn a_row_that_is_cut_is_named() {
        let folder = folder(&[("a.tsv", "label\tsequence\n1\tACGT\n1\n")]);
        let source = Source {
            tsv: path("a.tsv"),
            ..Default::default()
        };
        let error = read(folder.path(), source, &["x"]).unwrap_err();
        assert!(
            format!("{error:#}").contains("a.tsv: line 3: 1 fields"),
            "{error:#}"
        );
    }

    #[test]
    fn two_readings_of_an_exon_start_differ_on_the_reverse_strand() {
        // One gene on each strand; the margins need known bases.
        let genome: String = (0..600).map(|i| if i == 300 { 'G' } else { 'A' }).collect();
        let exon = |strand: &str, gene: &str| {
            format!(
                "c\tx\texon\t301\t320\t.\t{strand}\t.\tgene_id \"{gene}\"; transcript_id \"{gene}\";\n"
            )
        };
        let gtf = exon("+", "g") + &exon("-", "h");
        let folder = folder(&[("c.fa", &format!(">c\n{genome}\n")), ("c.gtf", &gtf)]);
        let starts = |reading| {
            let source = Source {
                fasta: path("c.fa"),
                gtf: path("c.gtf"),
                reading: Some(reading),
                ..Default::default()
            };
            let rows = read(folder.path(), source, &["x"]).unwrap();
            let positives = rows.iter().filter(|e| e.targets[0] == 1.0);
            positives.map(|e| e.window(1, 0)[0]).collect::<Vec<u8>>()
        };
        // G where the forward exon begins; T, the complement of A, where the reverse one does.
        assert_eq!(starts(Reading::Strand), [2, 3]);
        // The same base for both, and so one example.
        assert_eq!(starts(Reading::Column), [2]);
    }

    #[test]
    fn intervals_keep_their_strand_and_leave_out_marked_ones() {
        let bed = "c\t0\t5\tn\t0\t+\nc\t0\t5\tn\t0\t-\nc\t0\t5\tn\t0\t+\t1\nd\t0\t5\tn\t0\t+\n";
        let folder = folder(&[("c.fa", ">c\nAACGTT\n"), ("c.bed", bed)]);
        let source = Source {
            fasta: path("c.fa"),
            bed: path("c.bed"),
            target: Some(1.0),
            ..Default::default()
        };
        let rows = read(folder.path(), source, &["x"]).unwrap();
        let codes: Vec<Vec<u8>> = rows.into_iter().map(|e| e.codes).collect();
        assert_eq!(codes, [vec![0, 0, 1, 2, 3], vec![0, 1, 2, 3, 3]]);
    }
}
