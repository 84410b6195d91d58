//! Cutting records into work units.

use std::ops::Range;
use std::sync::Arc;

use anyhow::Result;

use crate::sequence;
use crate::source::Record;

/// What every piece of a record knows of it.
#[derive(Debug, PartialEq, Eq)]
pub struct Contig {
    pub name: Vec<u8>,
    /// In bases.
    pub len: usize,
}

/// A stretch of a record, with what windows need on both sides.
#[derive(Clone, Debug)]
pub struct Piece {
    pub contig: Arc<Contig>,
    /// Bases of the record that this piece answers for: the pieces of a record tile it.
    pub core: Range<usize>,
    /// Base of the record at which the codes begin.
    pub origin: usize,
    /// Where the codes lie in those of the unit.
    pub codes: Range<usize>,
}

/// Pieces that are scored together.
#[derive(Clone, Debug, Default)]
pub struct Unit {
    pub pieces: Vec<Piece>,
    /// Codes of all pieces, soft-mask flags included.
    pub codes: Vec<u8>,
    weight: usize,
}

/// What a piece costs beyond its bases, as bases: bounds a unit of empty records.
const PIECE: usize = 64;

/// Cuts records into units of about `chunk` bases, so that a million short records and one
/// chromosome run equally well.
pub struct Cutter<S> {
    chunk: usize,
    /// Bases that windows may need left and right of a core.
    halo: (usize, usize),
    unit: Unit,
    sink: S,
}

impl<S: FnMut(Unit) -> Result<()>> Cutter<S> {
    pub fn new(chunk: usize, halo: (usize, usize), sink: S) -> Self {
        Self {
            chunk: chunk.max(1),
            halo,
            unit: Unit::default(),
            sink,
        }
    }

    pub fn push(&mut self, record: Record<'_>) -> Result<()> {
        let contig = Arc::new(Contig {
            name: record.name.to_vec(),
            len: record.len,
        });
        let (left, right) = self.halo;
        // Codes from `origin` on: the halo that the next piece shares with this one.
        let (mut text, mut held, mut origin) = (record.text, Vec::new(), 0);
        let mut start = 0;
        loop {
            let end = contig.len.min(start + self.chunk);
            let reach = contig.len.min(end + right);
            let missing = reach - (origin + held.len());
            let read = sequence::encode(text, missing, &mut held);
            text = &text[read..];

            let at = self.unit.codes.len();
            self.unit.codes.extend_from_slice(&held);
            let codes = at..self.unit.codes.len();
            let piece = Piece {
                contig: contig.clone(),
                core: start..end,
                origin,
                codes,
            };
            self.unit.pieces.push(piece);
            self.unit.weight += (end - start).max(PIECE);
            if self.unit.weight >= self.chunk {
                self.flush()?;
            }
            if end == contig.len {
                return Ok(());
            }
            start = end;
            let begin = start.saturating_sub(left).max(origin);
            held.drain(..begin - origin);
            origin = begin;
        }
    }

    /// Sends on what has been gathered.
    pub fn flush(&mut self) -> Result<()> {
        if self.unit.pieces.is_empty() {
            return Ok(());
        }
        (self.sink)(std::mem::take(&mut self.unit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] = b"ACGTAC\nGTTTGA\nCCAGT";
    const LEN: usize = 17;

    fn units(texts: &[&[u8]], chunk: usize, halo: (usize, usize)) -> Vec<Unit> {
        let mut units = Vec::new();
        let mut cutter = Cutter::new(chunk, halo, |unit| {
            units.push(unit);
            Ok(())
        });
        for text in texts {
            let len = sequence::count(text).unwrap();
            cutter
                .push(Record {
                    name: b"r",
                    text,
                    len,
                })
                .unwrap();
        }
        cutter.flush().unwrap();
        drop(cutter);
        units
    }

    #[test]
    fn cores_tile_the_record_and_halos_reach_as_asked() {
        let mut all = Vec::new();
        sequence::encode(TEXT, LEN, &mut all);
        for chunk in 1..20 {
            for halo in [(0, 0), (3, 0), (0, 5), (4, 2), (30, 30)] {
                let mut covered = 0;
                for unit in units(&[TEXT], chunk, halo) {
                    for piece in &unit.pieces {
                        assert_eq!(piece.core.start, covered);
                        covered = piece.core.end;
                        let codes = &unit.codes[piece.codes.clone()];
                        let end = piece.origin + codes.len();
                        assert_eq!(codes, &all[piece.origin..end]);
                        assert_eq!(piece.origin, piece.core.start.saturating_sub(halo.0));
                        assert_eq!(end, LEN.min(piece.core.end + halo.1));
                    }
                }
                assert_eq!(covered, LEN);
            }
        }
    }

    #[test]
    fn short_records_share_a_unit() {
        let texts = vec![TEXT; 12];
        let pieces: Vec<_> = units(&texts, 640, (5, 5))
            .iter()
            .map(|unit| unit.pieces.len())
            .collect();
        assert_eq!(pieces, [10, 2]);
    }

    #[test]
    fn an_empty_record_is_a_piece() {
        let units = units(&[b""], 100, (5, 5));
        assert_eq!(units.len(), 1);
        let piece = &units[0].pieces[0];
        assert!(piece.core == (0..0) && piece.codes.is_empty());
    }
}
