//! One of several parts of a run's input, cut by bases.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;

use super::{Place, Sink};

/// How many bases of a stretch have come, and which positions are reported on.
#[derive(Default)]
struct Stretch {
    report: Range<usize>,
    /// Position of the base that comes next.
    at: usize,
}

impl Stretch {
    fn new(place: &Place) -> Self {
        let start = place.report.start.max(place.start);
        Self {
            report: start..place.report.end,
            at: place.start,
        }
    }

    /// Bases to report on so far.
    fn bases(&self) -> u64 {
        let end = self.report.end.min(self.at);
        end.saturating_sub(self.report.start) as u64
    }
}

/// Counts the bases to report on.
#[derive(Default)]
pub struct Count {
    pub bases: u64,
    stretch: Stretch,
}

impl Sink for Count {
    fn begin(&mut self, place: Place) -> Result<()> {
        self.stretch = Stretch::new(&place);
        Ok(())
    }

    fn bases(&mut self, codes: &[u8]) -> Result<()> {
        self.stretch.at += codes.len();
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        self.bases += self.stretch.bases();
        Ok(())
    }
}

/// Passes on what one shard needs: its own bases, the flank before them, and the bases after them
/// until no row of the shard is open.
pub struct Shard<'a> {
    inner: &'a mut dyn Sink,
    /// Bases of this shard, as a range in all bases that are reported on.
    own: Range<u64>,
    flank: usize,
    /// Set by the pipeline when the shard can have no more rows.
    settled: &'a AtomicBool,
    /// Bases to report on in the stretches before the open one.
    before: u64,
    stretch: Stretch,
    state: State,
}

/// What happens to the open stretch.
enum State {
    /// The shard begins at `cut` or later; the last bases are kept as flank.
    Waiting {
        place: Place,
        cut: usize,
        flank: Vec<u8>,
    },
    /// The stretch is passed on. The shard's own part of it ends at `end`.
    Passing { end: usize },
    /// The next shard has the rest.
    Done,
}

impl<'a> Shard<'a> {
    /// Shard `number` (from 1) of `count`, which share `bases`.
    pub fn new(
        (number, count): (u32, u32),
        bases: u64,
        flank: usize,
        settled: &'a AtomicBool,
        inner: &'a mut dyn Sink,
    ) -> Self {
        let border = |part: u32| {
            let border = u128::from(bases) * u128::from(part) / u128::from(count);
            // No more than `bases`.
            u64::try_from(border).unwrap_or(bases)
        };
        // Empty records at the very end belong to the last one.
        let end = if number == count {
            u64::MAX
        } else {
            border(number)
        };
        let own = border(number - 1)..end;
        let state = if own.is_empty() {
            State::Done
        } else {
            State::Passing { end: 0 }
        };
        Self {
            inner,
            own,
            flank,
            settled,
            before: 0,
            stretch: Stretch::default(),
            state,
        }
    }

    /// Position at which the shard ends in the open stretch; `usize::MAX` if it does not.
    fn own_end(&self) -> usize {
        let end = self.position(self.own.end);
        if end < self.stretch.report.end {
            end
        } else {
            usize::MAX
        }
    }

    /// Position in the open stretch of a base that is counted over all stretches.
    fn position(&self, base: u64) -> usize {
        let base = usize::try_from(base.saturating_sub(self.before)).unwrap_or(usize::MAX);
        self.stretch.report.start.saturating_add(base)
    }
}

impl Sink for Shard<'_> {
    fn begin(&mut self, place: Place) -> Result<()> {
        if self.is_done() || self.before >= self.own.end {
            self.state = State::Done;
            return Ok(());
        }
        self.stretch = Stretch::new(&place);
        let own = self.position(self.own.start)..self.own_end();
        if self.before < self.own.start {
            let (cut, flank) = (own.start, Vec::new());
            self.state = State::Waiting { place, cut, flank };
            return Ok(());
        }
        self.state = State::Passing { end: own.end };
        let own = 0..own.end;
        self.inner.begin(Place { own, ..place })
    }

    fn bases(&mut self, codes: &[u8]) -> Result<()> {
        let at = self.stretch.at;
        self.stretch.at += codes.len();
        let end = self.own_end();
        match &mut self.state {
            State::Done => Ok(()),
            State::Passing { end } if at >= *end && self.settled.load(Ordering::Relaxed) => {
                self.state = State::Done;
                Ok(())
            }
            State::Passing { .. } => self.inner.bases(codes),
            State::Waiting { place, cut, flank } => {
                flank.extend_from_slice(codes);
                let (at, cut) = (self.stretch.at, *cut);
                if at <= cut || cut >= self.stretch.report.end {
                    flank.drain(..flank.len().saturating_sub(self.flank));
                    return Ok(());
                }
                flank.drain(..flank.len().saturating_sub(at - cut + self.flank));
                let codes = std::mem::take(flank);
                let place = Place {
                    start: at - codes.len(),
                    own: cut..end,
                    ..place.clone()
                };
                self.state = State::Passing { end };
                self.inner.begin(place)?;
                self.inner.bases(&codes)
            }
        }
    }

    fn end(&mut self) -> Result<()> {
        self.before += self.stretch.bases();
        match self.state {
            State::Passing { .. } => self.inner.end(),
            State::Waiting { .. } | State::Done => Ok(()),
        }
    }

    fn is_done(&self) -> bool {
        matches!(self.state, State::Done)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::Records;
    use super::*;
    use proptest::prelude::*;

    fn feed(sink: &mut dyn Sink, stretches: &[(Place, usize)], part: usize) {
        for (place, bases) in stretches {
            sink.begin(place.clone()).unwrap();
            for part in vec![1; *bases].chunks(part) {
                sink.bases(part).unwrap();
            }
            sink.end().unwrap();
        }
    }

    /// Positions of its own that a stretch reports on.
    fn reported(place: &Place, bases: usize) -> Vec<usize> {
        let all = place.start..place.start + bases;
        all.filter(|at| place.report.contains(at) && place.own.contains(at))
            .collect()
    }

    proptest! {
        #[test]
        fn shards_share_all_bases_and_have_their_flank(
            stretches in prop::collection::vec((0usize..30, 0usize..40, 0usize..60, any::<bool>()), 0..6),
            count in 1u32..9,
            flank in 0usize..9,
            part in 1usize..50,
        ) {
            let mut number = 0;
            let stretches: Vec<_> = stretches.into_iter().map(|(start, bases, from, whole)| {
                number += 1;
                let report = if whole { 0..usize::MAX } else { from..from + 10 };
                let whole = Place::whole(format!("c{number}").as_bytes());
                (Place { start, report, ..whole }, bases)
            }).collect();
            let mut counted = Count::default();
            feed(&mut counted, &stretches, part);
            let expected: Vec<_> = stretches.iter().flat_map(|(place, bases)| {
                reported(place, *bases).into_iter().map(|at| (place.contig.clone(), at))
            }).collect();
            prop_assert_eq!(counted.bases, expected.len() as u64);

            let (settled, mut found) = (AtomicBool::new(true), Vec::new());
            for number in 1..=count {
                let mut records = Records::default();
                let mut shard = Shard::new((number, count), counted.bases, flank, &settled, &mut records);
                feed(&mut shard, &stretches, part);
                for (place, codes) in records.all {
                    let whole = stretches.iter().find(|(whole, _)| whole.contig == place.contig);
                    let whole = &whole.unwrap().0;
                    let own = reported(&place, codes.len());
                    if place.start > whole.start {
                        prop_assert_eq!(place.start, place.own.start - flank);
                    }
                    found.extend(own.into_iter().map(|at| (place.contig.clone(), at)));
                }
            }
            prop_assert_eq!(found, expected);
        }
    }
}
