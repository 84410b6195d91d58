//! Bases that must stand around the one that a score is about.

/// Bases that must stand before or behind the one that a score is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Motif {
    /// Each base's place, counted from the scored one, and the codes allowed there.
    pub bases: [(i32, &'static [u8]); 2],
}

impl Motif {
    /// AG before the first base of an exon.
    pub const ACCEPTOR: Motif = Motif {
        bases: [(-2, &[0]), (-1, &[2])],
    };
    /// GT or GC behind the last base of an exon.
    pub const DONOR: Motif = Motif {
        bases: [(1, &[2]), (2, &[1, 3])],
    };

    /// Whether it stands around base `at` of `codes`.
    pub fn stands(&self, codes: &[u8], at: usize) -> bool {
        self.bases.iter().all(|&(offset, allowed)| {
            let place = at.checked_add_signed(offset as isize);
            let code = place.and_then(|place| codes.get(place));
            code.is_some_and(|code| allowed.contains(code))
        })
    }
}

/// Bases before and behind the scored one that the motifs look at.
pub fn motif_reach(motifs: &[Option<Motif>]) -> [usize; 2] {
    let offsets = || motifs.iter().flatten().flat_map(|m| m.bases).map(|b| b.0);
    let most = |offsets: &mut dyn Iterator<Item = i32>| offsets.max().unwrap_or(0).max(0) as usize;
    [most(&mut offsets().map(|o| -o)), most(&mut offsets())]
}

/// `[motifs, 4, left + 1 + right]`: counts each motif's bases around the scored one.
pub fn motif_kernel(motifs: &[Option<Motif>]) -> Vec<f32> {
    let [left, right] = motif_reach(motifs);
    let width = left + 1 + right;
    let mut kernel = vec![0.0; motifs.len() * 4 * width];
    for (channel, motif) in motifs.iter().enumerate() {
        for (offset, allowed) in motif.iter().flat_map(|m| m.bases) {
            for &base in allowed {
                let place = (left as i32 + offset) as usize;
                kernel[(channel * 4 + base as usize) * width + place] = 1.0;
            }
        }
    }
    kernel
}

/// Shift that leaves 1 of a full match and less than or equal to 0 of anything else, per channel;
/// channels without a motif always pass.
pub fn motif_shift(motifs: &[Option<Motif>]) -> Vec<f32> {
    let shift = |motif: &Option<Motif>| 1.0 - motif.map_or(0.0, |m| m.bases.len() as f32);
    motifs.iter().map(shift).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_motif_stands_where_each_of_its_bases_does() {
        // A G x G C
        let codes = [0, 2, 3, 2, 1];
        assert!(Motif::ACCEPTOR.stands(&codes, 2) && Motif::DONOR.stands(&codes, 2));
        assert!(!Motif::ACCEPTOR.stands(&codes, 1) && !Motif::DONOR.stands(&codes, 3));
        let motifs = [Some(Motif::ACCEPTOR), Some(Motif::DONOR), None];
        assert_eq!(motif_reach(&motifs), [2, 2]);
        let (kernel, shift) = (motif_kernel(&motifs), motif_shift(&motifs));
        let matched = |channel: usize| {
            let counted = codes
                .iter()
                .enumerate()
                .map(|(i, &code)| kernel[(channel * 4 + usize::from(code)) * 5 + i]);
            counted.sum::<f32>() + shift[channel]
        };
        assert_eq!([0, 1, 2].map(matched), [1.0, 1.0, 1.0]);
    }
}
