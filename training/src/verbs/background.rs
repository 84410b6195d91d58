//! `windrow-train background`: how rare a model's outputs are on a genome.
//!
//! The filter's own engine scores every position of the genome, on both strands if the model is
//! stranded, at the model's step, soft-masked bases included, windows with unknown bases left out.
//! Outputs are counted in narrow bins, so the table does not depend on threads or on order.

use std::ops::Range;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, bail, ensure};
use prost::Message;
use tract_onnx::pb::StringStringEntryProto;
use windrow::engine::{Engine, engine};
use windrow::model::{Background, Contract, Strandedness};
use windrow::sequence::Base;
use windrow::window::{Grid, Policy, Status, Survey};

use crate::data::genome::{Block, Contig, read_fasta};

/// The genome to count on, in the data folder, where none is named.
pub const GENOME: &str = "genome/human_chr1.fa.gz";
const KEY: &str = "windrow.background";
/// Human sequence that no card's figures may be fitted on (hg38); left out where no blocks are
/// named.
const VALIDATION: (&str, Range<usize>) = ("chr1", 233_999_000..236_501_000);

/// Low bits of a number that do not count: bins are 1/2048 of their number wide.
const COARSE: u32 = 12;
const BINS: usize = 1 << (32 - COARSE);
/// Decades of the share from one knot to the next: 100 knots are six decades.
const DECADES: f64 = 0.06;
/// Positions behind a counted knot: its share is known to a tenth.
const COUNTED: u64 = 100;
/// The tail's slope is that of the knots which at most so many positions reach.
const TAIL: u64 = 1000;
/// Shares above this are not continued to the end of the tail.
const CONTINUED: f64 = 2e-4;
/// The end of the tail.
const RAREST: f64 = 1e-7;

/// Measures a model's background and writes the model with it.
pub fn work(model: &Path, genome: &Path, blocks: Option<&Path>, output: &Path) -> Result<()> {
    let name = model.display().to_string();
    let bytes = std::fs::read(model).with_context(|| name.clone())?;
    let model = windrow::model::parse(&bytes, &name)?;
    let contract = &model.contract;
    let contigs = read_fasta(genome)?;
    let blocks = match blocks {
        Some(path) => listed(path, &contigs)?,
        None => all_but_validation(&contigs),
    };
    let counts = count(engine(&model)?.as_ref(), contract, &contigs, &blocks)?;
    let mut tables = Vec::new();
    for (label, counts) in contract.labels.iter().zip(&counts) {
        let knots = knots(counts);
        println!(
            "{label}: {} knots, {} positions",
            knots.len(),
            counts.iter().sum::<u64>()
        );
        tables.push(Background::new(knots).with_context(|| format!("{name}: label {label}"))?);
    }
    let stated = Contract {
        background: tables,
        ..contract.clone()
    };
    let mut proto = model.proto.clone();
    proto.metadata_props.retain(|entry| entry.key != KEY);
    let stated = stated
        .to_metadata()
        .into_iter()
        .filter(|(key, _)| key == KEY);
    let entries = stated.map(|(key, value)| StringStringEntryProto { key, value });
    proto.metadata_props.extend(entries);
    let bytes = proto.encode_to_vec();
    windrow::model::parse(&bytes, &name)?;
    std::fs::write(output, bytes).with_context(|| format!("{}", output.display()))
}

/// The blocks of a BED file.
fn listed(path: &Path, contigs: &[Contig]) -> Result<Vec<Block>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{}", path.display()))?;
    let mut blocks = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let place = || format!("{}:{}: {line}", path.display(), number + 1);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut fields = line.split('\t');
        let name = fields.next().unwrap_or_default();
        let contig = contigs.iter().position(|contig| contig.name == name);
        let contig = contig.with_context(|| format!("{}: no such contig", place()))?;
        let mut offset = || fields.next()?.parse::<usize>().ok();
        let (Some(start), Some(end)) = (offset(), offset()) else {
            bail!("{}: not contig, start and end", place());
        };
        let length = contigs[contig].codes.len();
        ensure!(
            start < end && end <= length,
            "{}: not within the contig",
            place()
        );
        blocks.push((contig, start..end));
    }
    ensure!(!blocks.is_empty(), "{}: no blocks", path.display());
    Ok(blocks)
}

fn all_but_validation(contigs: &[Contig]) -> Vec<Block> {
    let (name, left_out) = VALIDATION;
    let mut blocks = Vec::new();
    for (at, contig) in contigs.iter().enumerate() {
        for block in &contig.blocks {
            let parts = match contig.name == name {
                true => [
                    block.start..block.end.min(left_out.start),
                    block.start.max(left_out.end)..block.end,
                ],
                false => [block.clone(), 0..0],
            };
            blocks.extend(
                parts
                    .into_iter()
                    .filter(|part| !part.is_empty())
                    .map(|part| (at, part)),
            );
        }
    }
    blocks
}

/// Positions by bin of their raw output, a table a label.
fn count(
    engine: &dyn Engine,
    contract: &Contract,
    contigs: &[Contig],
    blocks: &[Block],
) -> Result<Vec<Vec<u64>>> {
    let pieces = pieces(engine.scorer()?.lane(), contract, blocks);
    let empty = || vec![vec![0u64; BINS]; contract.labels.len()];
    let (next, total) = (AtomicUsize::new(0), Mutex::new(empty()));
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get());
    let work = || -> Result<()> {
        let mut scorer = engine.scorer()?;
        let mut own = empty();
        let (mut forward, mut reverse) = (Vec::new(), Vec::new());
        while let Some((contig, range)) = pieces.get(next.fetch_add(1, Ordering::Relaxed)) {
            let codes = &contigs[*contig].codes[range.clone()];
            let policy = Policy {
                max_n: 0,
                skip_soft: false,
            };
            let survey = Survey::new(codes, policy);
            let grid = Grid::new(contract.window, contract.step, contract.anchor, false);
            let windows = (codes.len() - contract.window) / contract.step + 1;
            let starts: Vec<_> = (0..windows).map(|at| at * contract.step).collect();
            let known: Vec<_> = starts
                .iter()
                .map(|&start| survey.status(&grid, start) == Status::Scored)
                .collect();
            let starts: Vec<_> = starts.into_iter().map(|start| start as u32).collect();
            let bases: Vec<_> = codes.iter().map(|&code| Base::of(code)).collect();
            scorer.score(&bases, &starts, &mut forward)?;
            scorer.score_reverse(&bases, &starts, &mut reverse)?;
            let labels = contract.labels.len();
            let both = forward
                .chunks_exact(labels)
                .zip(reverse.chunks_exact(labels));
            for ((forward, reverse), _) in both.zip(known).filter(|(_, known)| *known) {
                for (label, (&forward, &reverse)) in forward.iter().zip(reverse).enumerate() {
                    ensure!(
                        forward.is_finite() && reverse.is_finite(),
                        "an output that is no number in {}",
                        contigs[*contig].name
                    );
                    match contract.strand {
                        Strandedness::Stranded => {
                            own[label][bin(forward)] += 1;
                            own[label][bin(reverse)] += 1;
                        }
                        Strandedness::Symmetric => own[label][bin((forward + reverse) / 2.0)] += 1,
                    }
                }
            }
        }
        let mut total = total.lock().expect("no thread panics while it adds");
        for (total, own) in total.iter_mut().flatten().zip(own.into_iter().flatten()) {
            *total += own;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let joined = threads
            .into_iter()
            .map(|thread| thread.join().expect("no panic"));
        joined.collect::<Result<()>>()
    })?;
    Ok(total.into_inner().expect("no thread panics while it adds"))
}

/// Stretches that the engine takes at once: each begins at a multiple of the step, and ends with
/// a window.
fn pieces(lane: usize, contract: &Contract, blocks: &[Block]) -> Vec<Block> {
    let Contract { window, step, .. } = *contract;
    let most = (lane - window) / step + 1;
    let mut pieces = Vec::new();
    for (contig, block) in blocks {
        let mut from = block.start.next_multiple_of(step);
        while from + window <= block.end {
            let windows = most.min((block.end - from - window) / step + 1);
            pieces.push((*contig, from..from + (windows - 1) * step + window));
            from += windows * step;
        }
    }
    pieces
}

/// Bins ascend with their numbers.
fn bin(x: f32) -> usize {
    let bits = x.to_bits();
    let ascending = if x.is_sign_negative() {
        !bits
    } else {
        bits | 1 << 31
    };
    (ascending >> COARSE) as usize
}

/// The least number of a bin.
fn edge(bin: usize) -> f32 {
    let ascending = (bin as u32) << COARSE;
    f32::from_bits(if ascending >> 31 == 1 {
        ascending & !(1 << 31)
    } else {
        !ascending
    })
}

/// Raw outputs and the shares of positions that reach them: counted down to [`COUNTED`] positions,
/// then continued in a straight line of the share's logarithm to [`RAREST`].
fn knots(counts: &[u64]) -> Vec<(f32, f64)> {
    let total: u64 = counts.iter().sum();
    let (mut knots, mut reaching) = (Vec::new(), total);
    let mut tail = Vec::new();
    let mut next = 1.0;
    for (bin, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        if reaching < COUNTED {
            break;
        }
        let share = reaching as f64 / total as f64;
        if share <= next {
            knots.push((edge(bin), share));
            if reaching <= TAIL {
                tail.push((f64::from(edge(bin)), share.log10()));
            }
            next = share * 10f64.powf(-DECADES);
        }
        reaching -= count;
    }
    if let (Some(&(raw, share)), Some(slope)) = (knots.last(), slope(&tail)) {
        let end = f64::from(raw) + (RAREST.log10() - share.log10()) / slope;
        let end = end as f32;
        if share > RAREST && share <= CONTINUED && end.is_finite() && end > raw {
            knots.push((end, RAREST));
        }
    }
    knots
}

/// Slope of the line of least squares through at least three points, if it falls.
fn slope(points: &[(f64, f64)]) -> Option<f64> {
    let n = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / n;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let products = points.iter().map(|point| (point.0 - x) * (point.1 - y));
    let squares = points.iter().map(|point| (point.0 - x).powi(2));
    let slope = products.sum::<f64>() / squares.sum::<f64>();
    (points.len() >= 3 && slope < 0.0).then_some(slope)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_ascend_and_hold_their_edges() {
        let numbers = [f32::MIN, -7.5, -1.0, -1e-20, 0.0, 1e-20, 0.3, 2.0, 1e9];
        assert!(numbers.windows(2).all(|pair| bin(pair[0]) < bin(pair[1])));
        for x in numbers {
            let edge = edge(bin(x));
            assert_eq!(bin(edge), bin(x));
            assert!(edge <= x && x - edge <= x.abs() / 1024.0, "{x} {edge}");
        }
    }

    #[test]
    fn an_exponential_tail_is_found_and_continued() {
        // log10 share = -raw: each number is reached by a tenth of those that are one less.
        let mut counts = vec![0; BINS];
        let total = 10_000_000;
        for i in 0..total {
            let share = (i as f64 + 0.5) / f64::from(total);
            counts[bin((1.0 - share.log10()) as f32)] += 1;
        }
        let background = Background::new(knots(&counts)).unwrap();
        assert_eq!(background.share(0.0), 1.0);
        for (raw, tolerance) in [
            (2.0, 0.01),
            (4.0, 0.01),
            (5.9, 0.02),
            (7.0, 0.1),
            (7.9, 0.2),
        ] {
            let rarity = background.rarity(raw);
            assert!(
                (rarity - (f64::from(raw) - 1.0)).abs() < tolerance,
                "{raw}: {rarity}"
            );
        }
        assert!((background.rarity(99.0) - 7.0).abs() < 1e-9);
        assert!((60..130).contains(&background.knots().len()));
    }

    #[test]
    fn few_counts_are_not_continued() {
        let mut counts = vec![0; BINS];
        (0..5000).for_each(|i| counts[bin(i as f32 / 100.0)] += 1);
        let knots = knots(&counts);
        let (_, last) = knots[knots.len() - 1];
        assert!((0.02..0.024).contains(&last), "{last}");
    }

    #[test]
    fn the_validation_block_is_left_out() {
        let (name, left_out) = VALIDATION;
        let contig = |name: &str| Contig {
            name: name.to_owned(),
            codes: Vec::new(),
            blocks: vec![0..10, left_out.start - 5..left_out.end + 7],
        };
        let blocks = all_but_validation(&[contig(name), contig("chr2")]);
        let start = left_out.start - 5;
        let expected = [
            (0, 0..10),
            (0, start..left_out.start),
            (0, left_out.end..left_out.end + 7),
            (1, 0..10),
            (1, start..left_out.end + 7),
        ];
        assert_eq!(blocks, expected);
    }
}
