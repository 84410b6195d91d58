//! The windows of a stretch: their grid, which of them are scored, and how they are packed.

use std::ops::Range;

use crate::sequence::{Base, UNKNOWN, is_soft, plain};
use strum::{Display, EnumString, IntoStaticStr, VariantNames};

/// The grid of windows on a contig, for one strand. All offsets are on the forward strand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    /// Length of a window.
    pub window: usize,
    /// Distance of windows, which begin at its multiples.
    pub stride: usize,
    /// Offset in the window of the base it reports on.
    pub lead: usize,
}

impl Grid {
    /// Windows of a model whose anchor is `anchor`, read along the forward or reverse strand.
    pub fn new(window: usize, stride: usize, anchor: usize, reverse: bool) -> Self {
        let lead = if reverse { window - 1 - anchor } else { anchor };
        Self {
            window,
            stride,
            lead,
        }
    }

    /// Starts of the windows that lie within `held` and report on a position in `reported`.
    pub fn starts(
        &self,
        held: &Range<usize>,
        reported: Range<usize>,
    ) -> impl Iterator<Item = usize> {
        let first = reported.start.saturating_sub(self.lead).max(held.start);
        let last_whole = (held.end + 1).saturating_sub(self.window);
        let end = reported.end.saturating_sub(self.lead).min(last_whole);
        (first.next_multiple_of(self.stride)..end).step_by(self.stride)
    }

    /// Bases left and right of a position that are needed to score it: those of its window, of the
    /// window's row, and of an earlier window whose row covers the position.
    pub fn halo(&self) -> (usize, usize) {
        let right = (self.window - 1 - self.lead).max(self.stride - 1);
        (self.lead + self.stride - 1, right)
    }
}

/// What happened to a base, in rising precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Status {
    /// A window that reports on it was scored.
    Scored,
    /// It is in lower case, and soft-masked bases are not scored.
    SoftMasked,
    /// The window holds too many unknown bases.
    #[strum(serialize = "unknown_bases")]
    Unknown,
    /// It is too near an end of the contig: no window reports on it.
    ContigEnd,
    /// The contig is shorter than a window.
    ShortContig,
}

impl Status {
    /// The reasons why a base is not scored, as reports list them.
    pub const REASONS: [Self; 4] = [
        Self::ShortContig,
        Self::ContigEnd,
        Self::Unknown,
        Self::SoftMasked,
    ];
}

/// What happens to windows that report on a lower-case base.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
pub enum Softmask {
    /// Scored like any other.
    Score,
    /// Not scored, and counted.
    Skip,
}

/// Which windows may be scored.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// Unknown bases allowed in a window.
    pub max_n: u32,
    /// Whether windows that report on a soft-masked base are left out.
    pub skip_soft: bool,
}

/// A stretch of codes, surveyed for unknown bases.
pub struct Survey<'a> {
    codes: &'a [u8],
    /// Unknown bases before each offset; empty if there are none.
    unknown: Vec<u32>,
    policy: Policy,
}

impl<'a> Survey<'a> {
    pub fn new(codes: &'a [u8], policy: Policy) -> Self {
        let mut unknown = Vec::new();
        if codes.iter().any(|&code| plain(code) == UNKNOWN) {
            let mut sum = 0;
            unknown.reserve(codes.len() + 1);
            unknown.push(0);
            unknown.extend(codes.iter().map(|&code| {
                sum += u32::from(plain(code) == UNKNOWN);
                sum
            }));
        }
        Self {
            codes,
            unknown,
            policy,
        }
    }

    /// Whether the window that begins at offset `start` may be scored, and if not, why.
    pub fn status(&self, grid: &Grid, start: usize) -> Status {
        let unknown = match self.unknown.as_slice() {
            [] => 0,
            sums => sums[start + grid.window] - sums[start],
        };
        if unknown > self.policy.max_n {
            Status::Unknown
        } else if self.policy.skip_soft && is_soft(self.codes[start + grid.lead]) {
            Status::SoftMasked
        } else {
            Status::Scored
        }
    }
}

/// Windows of one or more stretches, packed end to end so that short stretches share one run of the
/// engine.
///
/// A window's score depends on its own bases only, and windows across a seam are not scored.
#[derive(Debug)]
pub struct Lane {
    capacity: usize,
    window: usize,
    step: usize,
    pub bases: Vec<Base>,
    /// Starts of the windows to score, ascending multiples of the step. The last window ends where
    /// `bases` ends.
    pub starts: Vec<u32>,
    /// Where the last window began in the codes it came from.
    last: Option<usize>,
}

impl Lane {
    /// `capacity` is at least `window`.
    pub fn new(capacity: usize, window: usize, step: usize) -> Self {
        Self {
            capacity,
            window,
            step,
            bases: Vec::new(),
            starts: Vec::new(),
            last: None,
        }
    }

    /// Ends a stretch: the next windows come from other codes.
    pub fn seam(&mut self) {
        self.last = None;
    }

    pub fn clear(&mut self) {
        self.bases.clear();
        self.starts.clear();
        self.last = None;
    }

    /// Adds the window that begins at `start` of `codes`; false if the lane is full.
    /// Windows of a stretch come in ascending order.
    pub fn push(&mut self, codes: &[u8], start: usize) -> bool {
        let end = start + self.window;
        let from = match self.last {
            // Bridging a gap of a window or less costs no more than a seam.
            Some(last) if start <= last + self.window => last + self.window,
            _ => {
                let padded = self.bases.len().next_multiple_of(self.step);
                if padded + self.window > self.capacity {
                    return false;
                }
                self.bases.resize(padded, Base::N);
                start
            }
        };
        if self.bases.len() + (end - from) > self.capacity {
            return false;
        }
        self.bases
            .extend(codes[from..end].iter().map(|&code| Base::of(code)));
        self.starts.push((self.bases.len() - self.window) as u32);
        self.last = Some(start);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_strands_report_the_same_distance_from_their_window_start() {
        assert_eq!(Grid::new(10, 1, 3, false).lead, 3);
        assert_eq!(Grid::new(10, 1, 3, true).lead, 6);
    }

    #[test]
    fn windows_are_whole_and_on_the_grid() {
        let grid = Grid::new(10, 4, 3, false);
        let starts = |len, reported| grid.starts(&(0..len), reported).collect::<Vec<_>>();
        assert!(starts(9, 0..9).is_empty());
        assert_eq!(starts(10, 0..10), [0]);
        assert_eq!(starts(18, 0..18), [0, 4, 8]);
        assert_eq!(starts(17, 0..17), [0, 4]);
        assert_eq!(starts(100, 7..8), [4]);
        assert!(starts(100, 8..11).is_empty());
    }

    #[test]
    fn the_grid_begins_with_the_contig() {
        let grid = Grid::new(10, 4, 3, false);
        let starts = |held| grid.starts(&held, 0..100).collect::<Vec<_>>();
        assert_eq!(starts(0..20), [0, 4, 8]);
        assert_eq!(starts(1..20), [4, 8]);
        assert!(starts(1..11).is_empty());
    }

    #[test]
    fn unknown_bases_are_counted_by_window() {
        let codes = [0, 1, UNKNOWN, 2, 3, UNKNOWN | 8];
        let grid = Grid::new(3, 1, 1, false);
        let statuses = |max_n| {
            let survey = Survey::new(
                &codes,
                Policy {
                    max_n,
                    skip_soft: false,
                },
            );
            [0, 1, 2, 3].map(|start| survey.status(&grid, start) == Status::Scored)
        };
        assert_eq!(statuses(0), [false; 4]);
        let codes = [0, 1, UNKNOWN, 2, 3, 0];
        let survey = Survey::new(
            &codes,
            Policy {
                max_n: 0,
                skip_soft: false,
            },
        );
        assert_eq!(survey.status(&grid, 2), Status::Unknown);
        assert_eq!(survey.status(&grid, 3), Status::Scored);
        assert_eq!(statuses(1), [true; 4]);
    }

    #[test]
    fn soft_masking_is_that_of_the_reported_base() {
        let codes = [0, 8, 1];
        let policy = Policy {
            max_n: 0,
            skip_soft: true,
        };
        let survey = Survey::new(&codes, policy);
        assert_eq!(
            survey.status(&Grid::new(2, 1, 1, false), 0),
            Status::SoftMasked
        );
        assert_eq!(survey.status(&Grid::new(2, 1, 1, true), 0), Status::Scored);
    }

    proptest! {
        #[test]
        fn a_lane_holds_each_window_as_it_was(
            gaps in prop::collection::vec((0usize..40, any::<bool>()), 1..60),
            step in 1usize..5,
            window in 1usize..20,
            room in 0usize..60,
        ) {
            let codes: Vec<u8> = (0..20_000).map(|i| (i * i / 7 % 5) as u8).collect();
            let mut lane = Lane::new(window + room, window, step);
            let (mut start, mut expected, mut checked) = (0, Vec::new(), 0);
            let mut check = |lane: &Lane, expected: &mut Vec<usize>| {
                assert!(lane.bases.len() <= window + room);
                assert_eq!(lane.starts.len(), expected.len());
                for (&at, from) in lane.starts.iter().zip(expected.drain(..)) {
                    let at = at as usize;
                    assert_eq!(at % step, 0);
                    let expected = codes[from..from + window].iter().map(|&code| Base::of(code));
                    assert!(lane.bases[at..at + window].iter().copied().eq(expected));
                    checked += 1;
                }
                if let Some(&last) = lane.starts.last() {
                    assert_eq!(last as usize + window, lane.bases.len());
                }
            };
            for &(gap, seam) in &gaps {
                start += (gap + 1) * step;
                if seam {
                    lane.seam();
                }
                if !lane.push(&codes, start) {
                    check(&lane, &mut expected);
                    lane.clear();
                    assert!(lane.push(&codes, start));
                }
                expected.push(start);
            }
            check(&lane, &mut expected);
            prop_assert_eq!(checked, gaps.len());
        }
    }
}
