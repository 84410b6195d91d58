//! Consensus and projection against naive ones, on reads written as SAM.

use proptest::prelude::*;

use super::*;
use crate::sequence::UNKNOWN;
use crate::source::tests::Records;

const CONTIGS: &str = "@SQ\tSN:c1\tLN:4000\n@SQ\tSN:c2\tLN:4000\n";

#[derive(Clone, Debug)]
struct SamRead {
    contig: usize,
    start: usize,
    ops: Vec<(char, usize)>,
    bases: Vec<u8>,
    /// None: not given.
    qualities: Option<Vec<u8>>,
}

fn of_read(op: char) -> bool {
    "MIS=X".contains(op)
}

fn of_contig(op: char) -> bool {
    "MDN=X".contains(op)
}

impl SamRead {
    fn sam(&self, number: usize) -> String {
        let cigar: String = self
            .ops
            .iter()
            .map(|(op, len)| format!("{len}{op}"))
            .collect();
        let bases = String::from_utf8(self.bases.clone()).unwrap();
        let qualities = match &self.qualities {
            None => "*".to_owned(),
            Some(all) => all
                .iter()
                .map(|&quality| char::from(quality + 33))
                .collect(),
        };
        let (contig, start) = (self.contig + 1, self.start + 1);
        format!("r{number}\t0\tc{contig}\t{start}\t9\t{cigar}\t*\t0\t0\t{bases}\t{qualities}\n")
    }

    /// Each base of the contig that is aligned to or deleted from the read: position, offset in
    /// the read if it has the base, and weight.
    fn columns(&self) -> Vec<(usize, Option<usize>, i64)> {
        let weight = |at: usize| match &self.qualities {
            None => 1,
            Some(all) => i64::from(all[at].max(1)),
        };
        let (mut columns, mut position, mut at) = (Vec::new(), self.start, 0);
        for &(op, len) in &self.ops {
            for _ in 0..len {
                match op {
                    'M' | '=' | 'X' => columns.push((position, Some(at), weight(at))),
                    'D' => {
                        let left = at.checked_sub(1).map(weight);
                        let right = (at < self.bases.len()).then(|| weight(at));
                        let weight = left.into_iter().chain(right).min().unwrap_or(1);
                        columns.push((position, None, weight));
                    }
                    _ => {}
                }
                at += usize::from(of_read(op));
                position += usize::from(of_contig(op));
            }
        }
        columns
    }
}

fn options(reads: Reads, min_depth: u32, min_fraction: f64) -> ReadOptions {
    ReadOptions {
        reads,
        filter: Filter {
            require: 0,
            exclude: 0,
            min_quality: 0,
        },
        rule: Rule {
            min_depth,
            min_fraction,
        },
        reference: None,
    }
}

fn read_all(sam: String, options: &ReadOptions) -> (Result<Tally>, Records) {
    let mut records = Records::default();
    let input = Input::Stdin;
    let tally = read(&input, Vec::new(), Cursor::new(sam), options, &mut records);
    (tally, records)
}

/// Contig, start and codes of each stretch.
type ConsensusStretch = (String, usize, Vec<u8>);

fn stretches(records: Records) -> Vec<ConsensusStretch> {
    let stretch = |(place, codes): (Place, Vec<u8>)| {
        assert_eq!(place.report, 0..usize::MAX);
        (String::from_utf8(place.contig).unwrap(), place.start, codes)
    };
    records.all.into_iter().map(stretch).collect()
}

/// Column by column, from a list of all that is there.
fn naive(made: &[SamRead], min_depth: usize, min_fraction: f64) -> Vec<ConsensusStretch> {
    let mut stretches: Vec<ConsensusStretch> = Vec::new();
    for (number, contig) in ["c1", "c2"].into_iter().enumerate() {
        let reads: Vec<_> = made.iter().filter(|read| read.contig == number).collect();
        let columns: Vec<_> = reads
            .iter()
            .flat_map(|read| {
                let base = |(position, at, weight): (usize, Option<usize>, i64)| {
                    (position, at.map(|at| read.bases[at]), weight)
                };
                read.columns().into_iter().map(base).collect::<Vec<_>>()
            })
            .collect();
        for position in 0..4000 {
            let here: Vec<_> = columns
                .iter()
                .filter(|column| column.0 == position)
                .collect();
            if here.is_empty() {
                continue;
            }
            let sum = |base: Option<u8>| -> i64 {
                let same = here.iter().filter(|column| column.1 == base);
                same.map(|column| column.2).sum()
            };
            let sums = [b'A', b'C', b'G', b'T'].map(|base| sum(Some(base)));
            let best = *sums.iter().max().unwrap();
            let total = sums.iter().sum::<i64>() + sum(None);
            let known = here.len() >= min_depth
                && best > 0
                && best >= sum(None)
                && best as f64 / total as f64 >= min_fraction;
            let code = match known {
                true => sums.iter().position(|&sum| sum == best).unwrap() as u8,
                false => UNKNOWN,
            };
            match stretches.last_mut() {
                Some((of, start, codes)) if of == contig && *start + codes.len() == position => {
                    codes.push(code);
                }
                _ => stretches.push((contig.to_owned(), position, vec![code])),
            }
        }
    }
    stretches
}

/// Reads around the border of a page, now and then over an intron, on two contigs.
fn made() -> impl Strategy<Value = Vec<SamRead>> {
    let op = prop_oneof![
        6 => (Just('M'), 1usize..20),
        1 => (prop::sample::select(vec!['=', 'X', 'I', 'S', 'H', 'P']), 1usize..4),
        2 => (Just('D'), 1usize..5),
        1 => (prop::sample::select(vec!['N', 'D']), 1usize..700),
    ];
    let read = (0usize..2, 440usize..540, prop::collection::vec(op, 1..7)).prop_flat_map(
        |(contig, start, ops)| {
            let len = ops
                .iter()
                .filter(|op| of_read(op.0))
                .map(|op| op.1)
                .sum::<usize>();
            let bases = prop::collection::vec(prop::sample::select(b"AACGTN".to_vec()), len);
            let qualities = prop::option::weighted(0.8, prop::collection::vec(0u8..9, len));
            (bases, qualities).prop_map(move |(bases, qualities)| SamRead {
                contig,
                start,
                ops: ops.clone(),
                bases,
                qualities,
            })
        },
    );
    let has_bases =
        |read: &SamRead| !read.bases.is_empty() && read.ops.iter().any(|op| of_contig(op.0));
    let read = read.prop_filter("a read of nothing", has_bases);
    prop::collection::vec(read, 1..25).prop_map(|mut reads| {
        reads.sort_by_key(|read| (read.contig, read.start));
        reads
    })
}

fn sam(made: &[SamRead]) -> String {
    let lines = made
        .iter()
        .enumerate()
        .map(|(number, read)| read.sam(number));
    CONTIGS.to_owned() + &lines.collect::<String>()
}

proptest! {
    #[test]
    fn a_consensus_is_what_its_columns_say(
        made in made(),
        min_depth in 1u32..4,
        min_fraction in prop::sample::select(vec![0.0, 0.4, 0.5, 0.75, 1.0]),
    ) {
        let options = options(Reads::Consensus, min_depth, min_fraction);
        let (tally, records) = read_all(sam(&made), &options);
        let inserted = made.iter().flat_map(|read| &read.ops).filter(|op| op.0 == 'I');
        let expected = Tally {
            records: made.len() as u64,
            inserted_bases: inserted.map(|op| op.1 as u64).sum(),
            ..Tally::default()
        };
        prop_assert_eq!(tally.unwrap(), expected);
        prop_assert_eq!(stretches(records), naive(&made, min_depth as usize, min_fraction));
    }

    #[test]
    fn a_projection_follows_the_cigar(made in made(), start in 0usize..60, len in 1usize..30) {
        let (tally, records) = read_all(sam(&made), &options(Reads::Each, 1, 0.0));
        tally.unwrap();
        prop_assert_eq!(records.all.len(), made.len());
        for (read, (place, codes)) in made.iter().zip(&records.all) {
            prop_assert_eq!(codes.len(), read.bases.len());
            let columns = read.columns();
            let inside = columns
                .iter()
                .filter(|column| column.1.is_some_and(|at| (start..start + len).contains(&at)));
            let positions: Vec<_> = inside.map(|column| column.0).collect();
            let expected = positions.first().map(|&first| (first, positions[positions.len() - 1] + 1));
            prop_assert_eq!(place.on_contig(start, start + len), expected);
        }
    }
}

#[test]
fn deep_columns_saturate_in_no_corner() {
    let reads =
        (0..3000).map(|number| format!("r{number}\t0\tc1\t9\t9\t1M1D1M\t*\t0\t0\tAC\t~~\n"));
    let sam = CONTIGS.to_owned() + &reads.collect::<String>();
    let (tally, records) = read_all(sam, &options(Reads::Consensus, 3000, 1.0));
    assert_eq!(tally.unwrap().records, 3000);
    assert_eq!(
        stretches(records),
        [("c1".to_owned(), 8, vec![0, UNKNOWN, 1])]
    );
}

#[test]
fn a_vast_skip_takes_no_columns() {
    let header = "@SQ\tSN:c1\tLN:300000000\n";
    let sam = format!("{header}r\t0\tc1\t1\t9\t1M200000000N1M\t*\t0\t0\tAC\t*\n");
    let (_, records) = read_all(sam, &options(Reads::Consensus, 1, 0.0));
    let expected = [
        ("c1".to_owned(), 0, vec![0]),
        ("c1".to_owned(), 200_000_001, vec![1]),
    ];
    assert_eq!(stretches(records), expected);
}

#[test]
fn a_vast_deletion_costs_no_more_than_a_skip() {
    let header = "@SQ\tSN:c1\tLN:300000000\n";
    let sam = format!("{header}r\t0\tc1\t1\t9\t1M200000000D1M\t*\t0\t0\tAC\t*\n");
    let (_, records) = read_all(sam, &options(Reads::Consensus, 1, 0.0));
    let parts: Vec<_> = stretches(records)
        .into_iter()
        .map(|(_, start, codes)| (start, codes.len()))
        .collect();
    assert_eq!(parts.iter().map(|part| part.0).min(), Some(0));
    let bases: usize = parts.iter().map(|part| part.1).sum();
    assert!(bases < 3 * 512, "{parts:?}");
}
