//! Counts for a report, beside the ledger: calls along contigs, and windows by rarity.

use std::ops::Range;

use crate::model::Background;

/// Contigs that are kept: those with the most bases.
pub const MOST_CONTIGS: usize = 30;
/// Most bins of a contig.
const MOST_BINS: usize = 64;
/// Bases of a bin at first. The size doubles when a contig needs more bins than the limit.
const FIRST_WIDTH: usize = 1024;
/// Steps of rarity, half a power of ten each, up to one position in 10 million.
pub const RUNGS: usize = 14;

/// The rarity of a step, from 1.
pub fn rarity_of(rung: usize) -> f64 {
    rung as f64 / 2.0
}

/// The least raw output of each step of rarity.
pub fn rungs(background: &Background) -> [f32; RUNGS] {
    let rung = |at: usize| background.raw_at(10f64.powf(-rarity_of(at + 1)));
    std::array::from_fn(rung)
}

/// Windows by the highest step of rarity that they reach; index 0 counts those that reach none.
pub type RarityCounts = [u64; RUNGS + 1];

/// Counts a window.
pub fn count(windows: &mut RarityCounts, rungs: &[f32; RUNGS], output: f32) {
    // Searched from the lowest step, since most windows are common.
    let reached = rungs.iter().take_while(|&&least| output >= least).count();
    windows[reached] += 1;
}

/// A contig, and counts of calls along it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContigCalls {
    pub name: Vec<u8>,
    /// Bases that were reported on.
    pub bases: u64,
    /// Position behind the last of them.
    pub end: usize,
    /// Bases of a bin.
    pub width: usize,
    /// Calls that begin in each bin, by model.
    pub calls: Vec<Vec<u64>>,
    /// Number of the contig in input order.
    number: u64,
}

impl ContigCalls {
    fn new(name: &[u8], models: usize, number: u64) -> Self {
        Self {
            name: name.to_owned(),
            bases: 0,
            end: 0,
            width: FIRST_WIDTH,
            calls: vec![Vec::new(); models],
            number,
        }
    }

    /// Doubles the bins until a position has one.
    fn reach(&mut self, at: usize) {
        while at / self.width >= MOST_BINS {
            self.width *= 2;
            for calls in &mut self.calls {
                *calls = calls.chunks(2).map(|pair| pair.iter().sum()).collect();
            }
        }
    }

    fn call(&mut self, model: usize, start: usize) {
        self.reach(start);
        let (calls, bin) = (&mut self.calls[model], start / self.width);
        if calls.len() <= bin {
            calls.resize(bin + 1, 0);
        }
        calls[bin] += 1;
    }

    fn bases(&mut self, report: &Range<usize>) {
        self.bases += report.len() as u64;
        if !report.is_empty() {
            self.end = self.end.max(report.end);
            self.reach(report.end - 1);
        }
    }
}

/// Sums over the contigs that are not kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnkeptContigs {
    pub contigs: u64,
    pub bases: u64,
}

/// Memory is bounded for any number of contigs. A contig that comes in several pieces counts as one
/// while it is among those that are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Census {
    models: usize,
    /// The open contig.
    open: Option<ContigCalls>,
    kept: Vec<ContigCalls>,
    pub others: UnkeptContigs,
    /// Number of contigs so far.
    contigs: u64,
    /// Windows by channel.
    pub windows: Vec<RarityCounts>,
}

impl Census {
    pub fn new(models: usize, channels: usize) -> Self {
        Self {
            models,
            open: None,
            kept: Vec::new(),
            others: UnkeptContigs::default(),
            contigs: 0,
            windows: vec![[0; RUNGS + 1]; channels],
        }
    }

    /// Adds bases of a contig that were reported on, and their windows by channel.
    pub fn piece(&mut self, contig: &[u8], report: &Range<usize>, windows: &[RarityCounts]) {
        self.contig(contig).bases(report);
        for (sum, windows) in self.windows.iter_mut().zip(windows) {
            for (sum, windows) in sum.iter_mut().zip(windows) {
                *sum += windows;
            }
        }
    }

    /// Adds a call of a model.
    pub fn call(&mut self, contig: &[u8], model: usize, start: usize) {
        self.contig(contig).call(model, start);
    }

    /// The contigs with the most bases, in input order.
    pub fn contigs(mut self) -> (Vec<ContigCalls>, UnkeptContigs) {
        self.close();
        self.kept.sort_by_key(|contig| contig.number);
        (self.kept, self.others)
    }

    fn contig(&mut self, name: &[u8]) -> &mut ContigCalls {
        if self.open.as_ref().is_none_or(|open| open.name != name) {
            self.close();
        }
        let Self {
            open,
            kept,
            contigs,
            models,
            ..
        } = self;
        open.get_or_insert_with(
            || match kept.iter().position(|contig| contig.name == name) {
                Some(at) => kept.swap_remove(at),
                None => {
                    *contigs += 1;
                    ContigCalls::new(name, *models, *contigs)
                }
            },
        )
    }

    /// Closes the open contig, and drops the shortest contig if there are too many (of equal ones
    /// the last).
    fn close(&mut self) {
        self.kept.extend(self.open.take());
        if self.kept.len() > MOST_CONTIGS {
            let rank = |contig: &&(usize, &ContigCalls)| {
                (contig.1.bases, std::cmp::Reverse(contig.1.number))
            };
            let shortest = self.kept.iter().enumerate().collect::<Vec<_>>();
            if let Some(&(at, _)) = shortest.iter().min_by_key(rank) {
                let contig = self.kept.swap_remove(at);
                self.others.contigs += 1;
                self.others.bases += contig.bases;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn contigs(census: Census) -> Vec<(String, u64)> {
        let name = |contig: ContigCalls| (String::from_utf8(contig.name).unwrap(), contig.bases);
        census.contigs().0.into_iter().map(name).collect()
    }

    #[test]
    fn a_window_counts_at_its_highest_step() {
        let background = Background::new(vec![(0.0, 1.0), (7.0, 1e-7)]).unwrap();
        let rungs = rungs(&background);
        assert_eq!((rungs[0], rungs[1], rungs[13]), (0.5, 1.0, 7.0));
        let mut windows = [0; RUNGS + 1];
        for output in [-3.0, 0.4, 0.5, 1.2, 99.0] {
            count(&mut windows, &rungs, output);
        }
        assert_eq!((windows[0], windows[1], windows[2]), (2, 1, 1));
        assert_eq!(windows[RUNGS], 1);
    }

    #[test]
    fn the_longest_contigs_are_kept_in_their_order() {
        let mut census = Census::new(1, 0);
        for number in 0..MOST_CONTIGS + 5 {
            let bases = if number % 2 == 0 { 100 } else { 200 };
            census.piece(format!("c{number}").as_bytes(), &(0..bases), &[]);
        }
        census.piece(b"c1", &(500..600), &[]);
        let others = census.clone().contigs().1;
        assert_eq!((others.contigs, others.bases), (5, 500));
        let kept = contigs(census);
        assert_eq!(kept.len(), MOST_CONTIGS);
        assert_eq!(kept[0], ("c0".to_owned(), 100));
        assert_eq!(kept[1], ("c1".to_owned(), 300));
        assert_eq!(kept[29], ("c33".to_owned(), 200));
    }

    proptest! {
        #[test]
        fn every_call_is_counted_where_it_is(
            starts in prop::collection::vec(0usize..300_000, 0..80),
            end in 1usize..400_000,
        ) {
            let mut census = Census::new(2, 0);
            census.piece(b"c", &(0..end), &[]);
            for &start in &starts {
                census.call(b"c", 1, start);
            }
            let (contigs, _) = census.contigs();
            let contig = &contigs[0];
            prop_assert!(contig.calls[0].is_empty());
            let bins = &contig.calls[1];
            prop_assert!(bins.len() <= MOST_BINS && (end - 1) / contig.width < MOST_BINS);
            for (bin, &calls) in bins.iter().enumerate() {
                let here = starts.iter().filter(|&&start| start / contig.width == bin);
                prop_assert_eq!(here.count() as u64, calls);
            }
            prop_assert_eq!(bins.iter().sum::<u64>(), starts.len() as u64);
        }
    }
}
