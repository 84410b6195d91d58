//! Cutting stretches into work units.

use std::mem;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;

use super::reach::Reach;
use crate::source::{Place, Sink};

/// A part of a stretch, with the halo that windows need on both sides.
#[derive(Clone, Debug)]
pub struct Piece {
    pub place: Arc<Place>,
    /// Positions whose windows are scored here. The cores of a stretch's pieces tile it.
    pub core: Range<usize>,
    /// Position at which the codes begin.
    pub origin: usize,
    /// Range of the codes in those of the unit.
    pub codes: Range<usize>,
    /// Whether it is the last piece of the stretch.
    pub last: bool,
}

impl Piece {
    /// Positions whose bases the piece holds. It ends with the stretch, or behind all bases that
    /// windows and rows of the core need.
    pub fn held(&self) -> Range<usize> {
        self.origin..self.origin + self.codes.len()
    }

    /// Positions of the core that are reported on here.
    pub fn report(&self) -> Range<usize> {
        let (report, own) = (&self.place.report, &self.place.own);
        let start = report.start.max(own.start);
        let start = start.clamp(self.core.start, self.core.end);
        start..report.end.min(own.end).clamp(start, self.core.end)
    }
}

/// Pieces that are scored together.
#[derive(Clone, Debug, Default)]
pub struct Unit {
    pub pieces: Vec<Piece>,
    /// Codes of all pieces, soft-mask flags included.
    pub codes: Vec<u8>,
    weight: usize,
}

/// Cost of a piece apart from its bases, in bases: bounds a unit of empty records.
const PIECE: usize = 64;

/// Pieces of the unit that is being gathered.
///
/// The reader adds pieces. The delivering thread takes them out early when the input pauses.
pub struct Gathering<S> {
    /// Bases of a unit.
    chunk: usize,
    gathered: Mutex<Waiting<S>>,
}

struct Waiting<S> {
    unit: Unit,
    /// Takes finished units; none after the reader has ended.
    submit: Option<S>,
}

impl<S: FnMut(Unit)> Gathering<S> {
    /// Units of about `chunk` bases go to `submit`.
    pub fn new(chunk: usize, submit: S) -> Self {
        let (unit, submit) = (Unit::default(), Some(submit));
        Self {
            chunk,
            gathered: Mutex::new(Waiting { unit, submit }),
        }
    }

    /// Submits what has been gathered, if the reader waits for input and `all` earlier units are
    /// done.
    pub fn take(&self, all: impl FnOnce() -> bool) -> Option<Unit> {
        // The reader holds the lock while it is at work.
        let mut gathered = self.gathered.try_lock().ok()?;
        let waits = !gathered.unit.pieces.is_empty() && all();
        waits.then(|| mem::take(&mut gathered.unit))
    }

    /// Submits the last unit.
    pub fn close(&self) {
        let mut gathered = self.lock();
        gathered.submit();
        gathered.submit = None;
    }

    fn lock(&self) -> MutexGuard<'_, Waiting<S>> {
        self.gathered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A cutter that works until `stopped` is set.
    pub fn cutter<'a>(&'a self, reach: Reach, stopped: &'a AtomicBool) -> Cutter<'a, S> {
        Cutter {
            gathering: self,
            reach,
            stopped,
            open: None,
        }
    }
}

impl<S: FnMut(Unit)> Waiting<S> {
    fn submit(&mut self) {
        let unit = mem::take(&mut self.unit);
        if let Some(submit) = self.submit.as_mut().filter(|_| !unit.pieces.is_empty()) {
            submit(unit);
        }
    }
}

/// Cuts stretches into pieces of about a chunk of bases, and gathers short ones, so that a million
/// short records and one chromosome run equally well.
///
/// Pieces depend on the bases alone, not on the parts in which they come. At most a chunk with its
/// halo is held in memory.
pub struct Cutter<'a, S> {
    gathering: &'a Gathering<S>,
    reach: Reach,
    stopped: &'a AtomicBool,
    open: Option<OpenStretch>,
}

/// The open stretch.
struct OpenStretch {
    place: Arc<Place>,
    /// Positions that are still to be scored.
    ahead: Range<usize>,
    /// Position of the first base that is held.
    origin: usize,
    held: Vec<u8>,
}

impl OpenStretch {
    /// Position of the base that comes next.
    fn end(&self) -> usize {
        self.origin + self.held.len()
    }

    /// Drops the bases left of `origin`.
    fn forget(&mut self, origin: usize) {
        let bases = origin.saturating_sub(self.origin).min(self.held.len());
        self.held.drain(..bases);
        self.origin += bases;
    }
}

impl<S: FnMut(Unit)> Cutter<'_, S> {
    /// Cuts the pieces whose halo has come, or all of them if the stretch has `ended`.
    fn cut(&mut self, mut open: OpenStretch, ended: bool) {
        if ended {
            open.ahead.end = open.ahead.end.min(open.end());
            open.ahead.start = open.ahead.start.min(open.ahead.end);
        }
        loop {
            let Range { start, end } = open.ahead;
            open.forget(start.saturating_sub(self.reach.left));
            let core = start..end.min(start.saturating_add(self.gathering.chunk));
            // A stretch shorter than a window is known only at its end.
            let shortest = open.place.start + self.reach.window;
            let held = core.end.saturating_add(self.reach.right).max(shortest);
            if open.end() <= held && !ended {
                self.open = Some(open);
                return;
            }
            let last = core.end == end;
            open.ahead.start = core.end;
            self.add(&open, core, held);
            if last {
                return;
            }
        }
    }

    fn add(&self, open: &OpenStretch, core: Range<usize>, held: usize) {
        let bases = open.held.len().min(held - open.origin);
        let mut gathered = self.gathering.lock();
        let unit = &mut gathered.unit;
        let at = unit.codes.len();
        unit.codes.extend_from_slice(&open.held[..bases]);
        unit.weight += core.len().max(PIECE);
        unit.pieces.push(Piece {
            place: open.place.clone(),
            last: core.end == open.ahead.end,
            core,
            origin: open.origin,
            codes: at..at + bases,
        });
        if unit.weight >= self.gathering.chunk {
            gathered.submit();
        }
    }
}

impl<S: FnMut(Unit)> Sink for Cutter<'_, S> {
    fn begin(&mut self, place: Place) -> Result<()> {
        let Range { start, end } = place.report;
        let start = start.max(place.own.start);
        let start = start.saturating_sub(self.reach.calls).max(place.start);
        self.open = Some(OpenStretch {
            ahead: start..end.saturating_add(self.reach.calls).max(start),
            origin: place.start,
            held: Vec::new(),
            place: Arc::new(place),
        });
        Ok(())
    }

    fn bases(&mut self, codes: &[u8]) -> Result<()> {
        // Empty: all positions to score have been cut.
        let Some(mut open) = self.open.take() else {
            return Ok(());
        };
        open.held.extend_from_slice(codes);
        self.cut(open, false);
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        if let Some(open) = self.open.take() {
            self.cut(open, true);
        }
        Ok(())
    }

    fn is_done(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn codes(len: usize) -> Vec<u8> {
        (0..len).map(|i| (i * i / 7 % 5) as u8).collect()
    }

    fn place(start: usize, report: Range<usize>) -> Place {
        Place {
            start,
            report,
            ..Place::whole(b"c")
        }
    }

    fn units(places: &[Place], codes: &[u8], part: usize, chunk: usize, reach: Reach) -> Vec<Unit> {
        let mut units = Vec::new();
        let stopped = AtomicBool::new(false);
        let gathering = Gathering::new(reach.chunk(chunk), |unit| units.push(unit));
        let mut cutter = gathering.cutter(reach, &stopped);
        for place in places {
            cutter.begin(place.clone()).unwrap();
            for part in codes.chunks(part) {
                cutter.bases(part).unwrap();
            }
            cutter.end().unwrap();
        }
        gathering.close();
        drop(gathering);
        units
    }

    proptest! {
        #[test]
        fn cores_tile_what_is_scored_and_halos_reach_as_asked(
            len in 0usize..60,
            start in 0usize..30,
            (from, bases) in (0usize..90, prop_oneof![0usize..60, Just(usize::MAX)]),
            (left, right, window, calls) in (0usize..12, 0usize..12, 1usize..12, 0usize..5),
            part in 1usize..70,
            chunk in 1usize..30,
        ) {
            let (codes, end) = (codes(len), start + len);
            let reach = Reach { left, right, window, calls };
            let report = from..from.saturating_add(bases);
            let place = place(start, report.clone());
            let units = units(&[place], &codes, part, chunk, reach);

            let first = report.start.saturating_sub(calls).clamp(start, end);
            let last = report.end.saturating_add(calls).clamp(first, end);
            let mut covered = first;
            let pieces: Vec<_> = units.iter().flat_map(|unit| {
                unit.pieces.iter().map(|piece| (piece, &unit.codes[piece.codes.clone()]))
            }).collect();
            for (piece, held) in &pieces {
                prop_assert_eq!(piece.core.start, covered);
                covered = piece.core.end;
                let Range { start: from, end: to } = piece.held();
                prop_assert_eq!(*held, &codes[from - start..to - start]);
                if !piece.core.is_empty() {
                    prop_assert_eq!(from, piece.core.start.saturating_sub(left).max(start));
                }
                prop_assert!(to == end || to >= (piece.core.end + right).max(start + window));
                prop_assert!(to <= (piece.core.end + right).max(start + window));
                prop_assert!(piece.report().all(|at| report.contains(&at)));
            }
            prop_assert_eq!(covered, last);
            let lasts: Vec<_> = pieces.iter().map(|(piece, _)| piece.last).collect();
            prop_assert!(lasts.iter().rev().skip(1).all(|last| !last) && lasts.last() == Some(&true));
        }

        #[test]
        fn parts_of_any_size_give_the_same_units(
            len in 0usize..200,
            part in 1usize..70,
            chunk in 1usize..90,
        ) {
            let (codes, places) = (codes(len), [place(7, 0..usize::MAX), place(0, 30..80)]);
            let reach = Reach { left: 4, right: 3, window: 9, calls: 2 };
            let cut = |part| format!("{:?}", units(&places, &codes, part, chunk, reach));
            prop_assert_eq!(cut(part), cut(1000));
        }
    }

    #[test]
    fn short_stretches_share_a_unit() {
        let places = vec![Place::whole(b"c"); 12];
        let reach = Reach::default();
        let pieces: Vec<_> = units(&places, &codes(17), 5, 640, reach)
            .iter()
            .map(|unit| unit.pieces.len())
            .collect();
        assert_eq!(pieces, [10, 2]);
    }

    #[test]
    fn what_was_gathered_can_be_taken_while_the_reader_waits() {
        let (stopped, sent) = (AtomicBool::new(false), Mutex::new(0));
        let gathering = Gathering::new(1000, |_| *sent.lock().unwrap() += 1);
        let mut cutter = gathering.cutter(Reach::default(), &stopped);
        assert!(gathering.take(|| true).is_none());
        cutter.begin(Place::whole(b"c")).unwrap();
        cutter.bases(&codes(17)).unwrap();
        assert!(gathering.take(|| true).is_none());
        cutter.end().unwrap();
        assert!(gathering.take(|| false).is_none());
        assert_eq!(gathering.take(|| true).unwrap().pieces.len(), 1);
        gathering.close();
        assert_eq!(*sent.lock().unwrap(), 0);
    }

    #[test]
    fn an_empty_stretch_is_a_piece() {
        let units = units(&[Place::whole(b"c")], b"", 1, 100, Reach::default());
        assert_eq!(units.len(), 1);
        let piece = &units[0].pieces[0];
        assert!(piece.core == (0..0) && piece.codes.is_empty() && piece.last);
    }
}
