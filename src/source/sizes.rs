//! Lengths of the contigs that a run reads.

use std::collections::HashMap;

use anyhow::Result;

use super::{Place, Sink};

/// Lengths of contigs.
///
/// The length of a contig is the one that an index or a header states. If none does, it is the
/// end of the last base that was read of it.
#[derive(Debug, Default)]
pub struct Lengths {
    /// Names and lengths, in the order in which the contigs came.
    lengths: Vec<(Vec<u8>, usize)>,
    numbers: HashMap<Vec<u8>, usize>,
}

impl Lengths {
    pub fn of(&self, contig: &[u8]) -> Option<usize> {
        let number = self.numbers.get(contig);
        number.map(|&number| self.lengths[number].1)
    }

    /// Notes that a contig has at least `bases` bases, and returns its number.
    pub fn note(&mut self, contig: &[u8], bases: usize) -> usize {
        let Self { lengths, numbers } = self;
        match numbers.get(contig) {
            Some(&number) => {
                lengths[number].1 = lengths[number].1.max(bases);
                number
            }
            None => {
                let number = lengths.len();
                lengths.push((contig.to_owned(), bases));
                numbers.insert(contig.to_owned(), number);
                number
            }
        }
    }

    /// The contig that came first.
    pub fn first(&self) -> Option<(&[u8], usize)> {
        let (name, bases) = self.lengths.first()?;
        Some((name, *bases))
    }

    /// Length of the longest contig.
    pub fn longest(&self) -> usize {
        self.lengths
            .iter()
            .map(|contig| contig.1)
            .max()
            .unwrap_or(0)
    }

    /// A line a contig: name, tab, length.
    pub fn table(&self) -> Vec<u8> {
        let mut table = Vec::new();
        for (name, length) in &self.lengths {
            table.extend_from_slice(name);
            table.extend_from_slice(format!("\t{length}\n").as_bytes());
        }
        table
    }
}

/// Passes everything to the next sink, and notes the lengths of contigs.
pub struct Sizes<'a> {
    inner: &'a mut dyn Sink,
    noted: Lengths,
    /// Number of the open stretch's contig, and position of the next base; none if the length is
    /// known.
    open: Option<(usize, usize)>,
}

impl<'a> Sizes<'a> {
    pub fn new(inner: &'a mut dyn Sink) -> Self {
        Self {
            inner,
            noted: Lengths::default(),
            open: None,
        }
    }

    pub fn lengths(self) -> Lengths {
        self.noted
    }
}

impl Sink for Sizes<'_> {
    fn begin(&mut self, place: Place) -> Result<()> {
        let bases = place.len.unwrap_or(place.start);
        let number = self.noted.note(&place.contig, bases);
        self.open = place.len.is_none().then_some((number, place.start));
        self.inner.begin(place)
    }

    fn bases(&mut self, codes: &[u8]) -> Result<()> {
        if let Some((number, at)) = &mut self.open {
            *at += codes.len();
            let length = &mut self.noted.lengths[*number].1;
            *length = (*at).max(*length);
        }
        self.inner.bases(codes)
    }

    fn end(&mut self) -> Result<()> {
        self.inner.end()
    }

    fn is_done(&self) -> bool {
        self.inner.is_done()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::Records;
    use super::*;

    #[test]
    fn lengths_are_known_or_as_far_as_bases_reach() {
        let mut records = Records::default();
        let mut sizes = Sizes::new(&mut records);
        for (contig, start, len, parts) in [
            ("a", 0, None, &[3, 4][..]),
            ("b", 90, None, &[10]),
            ("c", 5, Some(1_000), &[7]),
            ("b", 20, None, &[10]),
            ("empty", 0, None, &[]),
        ] {
            let whole = Place::whole(contig.as_bytes());
            sizes
                .begin(Place {
                    start,
                    len,
                    ..whole
                })
                .unwrap();
            for &bases in parts {
                sizes.bases(&vec![0; bases]).unwrap();
            }
            sizes.end().unwrap();
        }
        let lengths = sizes.lengths();
        assert_eq!(lengths.table(), b"a\t7\nb\t100\nc\t1000\nempty\t0\n");
        assert_eq!(lengths.longest(), 1000);
        assert_eq!((lengths.of(b"b"), lengths.of(b"x")), (Some(100), None));
        assert_eq!(records.all.len(), 5);
    }
}
