//! Headers with coordinates: records that state which part of a contig they are.
//!
//! `samtools faidx` writes `chr1:5-90`, 1-based and inclusive, and appends `/rc` or `(-)` to what
//! it has reversed. `bedtools getfasta` writes `chr1:4-90`, 0-based and half-open, with `name::`
//! in front and `(+)` or `(-)` behind if asked to. Only the length tells the two apart.

use anyhow::Result;

use super::error::Fault;
use super::locus::Locus;
use super::{HeaderCoords, Place, Sink, to_index};
use crate::sequence::reverse_complement;

/// Places records whose header has coordinates on their contig. Other records pass unchanged.
///
/// Such a record is held in memory until its end, since its length tells which convention its
/// coordinates follow. At most as many bases are held as the coordinates span.
pub struct Headers<'a> {
    inner: &'a mut dyn Sink,
    coords: HeaderCoords,
    held: Option<(Header, Vec<u8>)>,
}

impl<'a> Headers<'a> {
    pub fn new(coords: HeaderCoords, inner: &'a mut dyn Sink) -> Self {
        let held = None;
        Self {
            inner,
            coords,
            held,
        }
    }
}

impl Sink for Headers<'_> {
    fn begin(&mut self, place: Place) -> Result<()> {
        let header = match self.coords {
            HeaderCoords::None => None,
            _ => Header::parse(&place.contig),
        };
        match header {
            Some(header) => self.held = Some((header, Vec::new())),
            None => self.inner.begin(place)?,
        }
        Ok(())
    }

    fn bases(&mut self, codes: &[u8]) -> Result<()> {
        let Some((header, held)) = &mut self.held else {
            return self.inner.bases(codes);
        };
        held.extend_from_slice(codes);
        if held.len() as u64 > header.end.saturating_sub(header.start) + 1 {
            return Err(header.misfit(self.coords, "more").into());
        }
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        let Some((header, mut codes)) = self.held.take() else {
            return self.inner.end();
        };
        let Some(start) = header.start(self.coords, codes.len() as u64) else {
            return Err(header.misfit(self.coords, &codes.len().to_string()).into());
        };
        if header.reversed {
            let turned = std::mem::take(&mut codes);
            reverse_complement(&turned, &mut codes);
        }
        self.inner.begin(Place {
            start,
            name: header.name,
            ..Place::whole(&header.contig)
        })?;
        self.inner.bases(&codes)?;
        self.inner.end()
    }

    fn is_done(&self) -> bool {
        self.inner.is_done()
    }
}

/// The coordinates of a header, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Header {
    name: Option<Vec<u8>>,
    contig: Vec<u8>,
    start: u64,
    end: u64,
    /// Whether the bases are those of the reverse strand.
    reversed: bool,
}

impl Header {
    fn parse(text: &[u8]) -> Option<Self> {
        let marks: [(&[u8], bool); 4] = [
            (b"/rc", true),
            (b"(-)", true),
            (b"(+)", false),
            (b"", false),
        ];
        let (text, reversed) = marks
            .into_iter()
            .find_map(|(mark, reversed)| Some((text.strip_suffix(mark)?, reversed)))?;
        let (name, text) = match text.windows(2).rposition(|pair| pair == b"::") {
            Some(at) => (Some(text[..at].to_vec()), &text[at + 2..]),
            None => (None, text),
        };
        let Locus { contig, start, end } = Locus::parse(text)?;
        let (contig, end) = (contig.to_vec(), end?);
        Some(Self {
            name,
            contig,
            start,
            end,
            reversed,
        })
    }

    /// Position of the first of `bases` bases, if coordinates and length go together.
    fn start(&self, coords: HeaderCoords, bases: u64) -> Option<usize> {
        let bed = coords != HeaderCoords::Faidx;
        let faidx = coords != HeaderCoords::Bed;
        if bed && self.end.checked_sub(self.start) == Some(bases) {
            Some(to_index(self.start))
        } else if faidx && self.start > 0 && self.end + 1 == self.start + bases {
            Some(to_index(self.start - 1))
        } else {
            None
        }
    }

    fn misfit(&self, coords: HeaderCoords, found: &str) -> Fault {
        let Self { start, end, .. } = self;
        let bed = end.saturating_sub(*start);
        let faidx = (end + 1).saturating_sub(*start);
        let expected = match coords {
            HeaderCoords::Bed => format!("{bed} bases as BED (0-based, half-open)"),
            HeaderCoords::Faidx => format!("{faidx} bases as faidx (1-based, inclusive)"),
            _ => format!(
                "{bed} bases as BED (0-based, half-open) or {faidx} as faidx (1-based, inclusive)"
            ),
        };
        Fault::Coordinates {
            start: *start,
            end: *end,
            expected,
            found: found.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::Records;
    use super::*;
    use crate::sequence;

    fn placed(coords: HeaderCoords, header: &str, text: &str) -> Result<(Place, Vec<u8>), String> {
        let (mut records, mut codes) = (Records::default(), Vec::new());
        sequence::encode(text.as_bytes(), &mut codes).unwrap();
        let mut headers = Headers::new(coords, &mut records);
        headers
            .begin(Place::whole(header.as_bytes()))
            .and_then(|()| codes.chunks(3).try_for_each(|part| headers.bases(part)))
            .and_then(|()| headers.end())
            .map_err(|error| error.to_string())?;
        Ok(records.all.pop().unwrap())
    }

    fn at(contig: &str, start: usize, text: &str) -> Result<(Place, Vec<u8>), String> {
        let place = Place {
            start,
            ..Place::whole(contig.as_bytes())
        };
        let mut codes = Vec::new();
        sequence::encode(text.as_bytes(), &mut codes).unwrap();
        Ok((place, codes))
    }

    #[test]
    fn the_length_tells_bed_from_faidx() {
        let auto = |header, text| placed(HeaderCoords::Auto, header, text);
        assert_eq!(auto("chr1:4-9", "ACGTN"), at("chr1", 4, "ACGTN"));
        assert_eq!(auto("chr1:4-9", "ACGTNA"), at("chr1", 3, "ACGTNA"));
        assert_eq!(auto("{a:1}:4-9", "ACGTNA"), at("a:1", 3, "ACGTNA"));
        assert_eq!(auto("chr1:0-2", "AC"), at("chr1", 0, "AC"));
        assert_eq!(auto("chr1:7-7", "A"), at("chr1", 6, "A"));
        assert_eq!(auto("chr1:7-7", ""), at("chr1", 7, ""));
    }

    #[test]
    fn what_was_reversed_is_turned_back() {
        let auto = |header| placed(HeaderCoords::Auto, header, "AACgn");
        for header in ["chr1:4-9(-)", "chr1:5-9/rc", "chr1:5-9(-)"] {
            assert_eq!(auto(header), at("chr1", 4, "ncGTT"), "{header}");
        }
        assert_eq!(auto("chr1:4-9(+)"), at("chr1", 4, "AACgn"));
    }

    #[test]
    fn a_name_in_front_is_kept() {
        for (header, text) in [("n1::chr1:4-9", "ACGTN"), ("n1::chr1:4-9(-)", "NACGT")] {
            let (place, codes) = placed(HeaderCoords::Auto, header, text).unwrap();
            assert_eq!(place.name, Some(b"n1".to_vec()));
            assert_eq!((place.start, codes.as_slice()), (4, &[0, 1, 2, 3, 4][..]));
        }
    }

    #[test]
    fn other_headers_are_names() {
        for header in ["chr1", "chr1:5", "chr1:5-9x", "chr1/rc", "a::b"] {
            assert_eq!(
                placed(HeaderCoords::Auto, header, "AC"),
                at(header, 0, "AC")
            );
        }
        let none = placed(HeaderCoords::None, "chr1:4-9(-)", "AC");
        assert_eq!(none, at("chr1:4-9(-)", 0, "AC"));
    }

    #[test]
    fn a_length_that_fits_neither_is_an_error_that_shows_both() {
        let error = |coords, header, text| placed(coords, header, text).unwrap_err();
        assert_eq!(
            error(HeaderCoords::Auto, "chr1:4-9", "ACGT"),
            "4-9 in the header are 5 bases as BED (0-based, half-open) or 6 as faidx (1-based, \
             inclusive), but the record has 4; with --header-coords none they are part of the name"
        );
        assert!(error(HeaderCoords::Auto, "chr1:4-9", "ACGTACG").contains("the record has more;"));
        assert!(error(HeaderCoords::Bed, "chr1:4-9", "ACGTAC").contains("are 5 bases as BED"));
        assert!(error(HeaderCoords::Faidx, "chr1:4-9", "ACGTA").contains("are 6 bases as faidx"));
        assert!(error(HeaderCoords::Auto, "chr1:0-2", "ACG").contains("but the record has 3"));
        assert!(error(HeaderCoords::Auto, "chr1:9-4", "").contains("but the record has 0"));
    }
}
