//! The summary of a run, as text and as JSON.

use std::time::Instant;

use serde_json::{Map, Value as Json, json};

use super::counted;
use crate::pipeline::{Ledger, ModelLedger, Plan};
use crate::window::Status;

/// Time and memory of a run.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Seconds.
    pub wall: f64,
    /// Seconds of all threads, user and system.
    pub cpu: f64,
    /// Peak resident memory, in bytes.
    pub peak_memory: u64,
}

impl Cost {
    pub fn since(start: Instant) -> Self {
        let usage = usage();
        let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
        let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
        Self {
            wall: start.elapsed().as_secs_f64(),
            cpu: seconds(usage.ru_utime) + seconds(usage.ru_stime),
            peak_memory: own_peak().unwrap_or(usage.ru_maxrss.unsigned_abs() * unit),
        }
    }

    fn rate(&self, bases: u64) -> f64 {
        if self.wall > 0.0 {
            bases as f64 / self.wall
        } else {
            0.0
        }
    }
}

/// Peak resident memory. Unlike `ru_maxrss`, it leaves out the memory of the parent before `exec`.
fn own_peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024)
}

fn usage() -> libc::rusage {
    let mut usage = std::mem::MaybeUninit::zeroed();
    // SAFETY: all zeros is a valid `rusage`, and the call writes nothing else.
    unsafe {
        libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr());
        usage.assume_init()
    }
}

/// The last lines on standard error.
pub fn summary(ledger: &Ledger, cost: &Cost, raw: bool) -> String {
    let mut lines = vec![format!(
        "{}, {}",
        counted(ledger.records, "record"),
        counted(ledger.bases, "base")
    )];
    let reads = &ledger.reads;
    if reads.records > 0 {
        lines.push(format!(
            "{}; left out: {} filtered, {} unaligned, {} beyond their contig, \
             {} without sequence, {}",
            counted(reads.records, "alignment"),
            reads.filtered,
            reads.unaligned,
            reads.beyond_contig,
            reads.without_sequence,
            counted(reads.inserted_bases, "inserted base"),
        ));
    }
    let noun = if raw { "row" } else { "call" };
    for model in &ledger.models {
        let [short, end, unknown, soft] = Status::REASONS.map(|reason| model.bases(reason));
        lines.push(format!(
            "{}: {} scored; not scored: {unknown} unknown bases, {end} contig ends, \
             {short} short contigs, {soft} soft-masked; {}",
            model.name,
            counted(model.bases(Status::Scored), "base"),
            counted(model.calls(), noun),
        ));
        if model.unplaced > 0 {
            lines.push(format!(
                "{}: {} without a place on a contig",
                model.name,
                counted(model.unplaced, "window")
            ));
        }
    }
    lines.push(format!(
        "{:.1} s wall, {:.1} s CPU, {:.0} bases/s, {:.0} MB peak memory",
        cost.wall,
        cost.cpu,
        cost.rate(ledger.bases),
        cost.peak_memory as f64 / 1e6
    ));
    lines
        .iter()
        .map(|line| format!("windrow: {line}\n"))
        .collect()
}

/// The summary as JSON; keys are stable.
pub fn to_json(ledger: &Ledger, plan: &Plan, cost: &Cost) -> String {
    json_of(ledger, &plan.command, plan.shard, cost)
}

/// `shard` is set if only a part was scored.
fn json_of(ledger: &Ledger, command: &str, shard: Option<(u32, u32)>, cost: &Cost) -> String {
    let rounded = |number: f64| (number * 1000.0).round() / 1000.0;
    let mut json = json!({
        "windrow": env!("CARGO_PKG_VERSION"),
        "command": command,
        "records": ledger.records,
        "bases": ledger.bases,
        "reads": {
            "records": ledger.reads.records,
            "filtered": ledger.reads.filtered,
            "unaligned": ledger.reads.unaligned,
            "beyond_contig": ledger.reads.beyond_contig,
            "without_sequence": ledger.reads.without_sequence,
            "inserted_bases": ledger.reads.inserted_bases,
        },
        "models": ledger.models.iter().map(model_json).collect::<Vec<_>>(),
        "wall_seconds": rounded(cost.wall),
        "cpu_seconds": rounded(cost.cpu),
        "bases_per_second": cost.rate(ledger.bases).round(),
        "peak_memory_bytes": cost.peak_memory,
    });
    if let Some((number, count)) = shard {
        json["shard"] = format!("{number}/{count}").into();
    }
    format!("{json:#}\n")
}

fn model_json(model: &ModelLedger) -> Json {
    let unscored = Status::REASONS.map(|reason| (word(reason), model.bases(reason).into()));
    let rows = model.rows.iter().map(|&rows| rows.into());
    let rows = model.labels.iter().cloned().zip(rows);
    json!({
        "name": model.name,
        "sha256": model.sha256,
        "windows": model.windows,
        "windows_without_place": model.unplaced,
        "scored_bases": model.bases(Status::Scored),
        "unscored_bases": Map::from_iter(unscored),
        "rows": Map::from_iter(rows),
    })
}

fn word(status: Status) -> String {
    <&str>::from(status).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::reads::Tally;

    fn ledger() -> Ledger {
        let mut model = ModelLedger::new("exon-start", "ab12", &["exon_start".to_owned()]);
        model.add(Status::Scored, 70);
        model.add(Status::ContigEnd, 20);
        model.add(Status::Unknown, 10);
        model.windows = 140;
        model.rows[0] = 3;
        Ledger {
            records: 1,
            bases: 100,
            longest: 100,
            reads: Tally::default(),
            models: vec![model],
        }
    }

    const COST: Cost = Cost {
        wall: 2.0,
        cpu: 3.25,
        peak_memory: 5_000_000,
    };

    #[test]
    fn the_summary_is_three_lines() {
        assert_eq!(
            summary(&ledger(), &COST, false),
            "windrow: 1 record, 100 bases\n\
             windrow: exon-start: 70 bases scored; not scored: 10 unknown bases, 20 contig ends, \
             0 short contigs, 0 soft-masked; 3 calls\n\
             windrow: 2.0 s wall, 3.2 s CPU, 50 bases/s, 5 MB peak memory\n"
        );
    }

    #[test]
    fn json_keys_are_stable() {
        let expected = json!({
            "windrow": env!("CARGO_PKG_VERSION"),
            "command": "windrow x.fa",
            "records": 1,
            "bases": 100,
            "reads": {
                "records": 0,
                "filtered": 0,
                "unaligned": 0,
                "beyond_contig": 0,
                "without_sequence": 0,
                "inserted_bases": 0,
            },
            "models": [{
                "name": "exon-start",
                "sha256": "ab12",
                "windows": 140,
                "windows_without_place": 0,
                "scored_bases": 70,
                "unscored_bases": {
                    "short_contig": 0,
                    "contig_end": 20,
                    "unknown_bases": 10,
                    "soft_masked": 0,
                },
                "rows": { "exon_start": 3 },
            }],
            "wall_seconds": 2.0,
            "cpu_seconds": 3.25,
            "bases_per_second": 50.0,
            "peak_memory_bytes": 5_000_000,
        });
        assert_eq!(
            json_of(&ledger(), "windrow x.fa", None, &COST),
            format!("{expected:#}\n")
        );
    }

    #[test]
    fn json_of_a_shard_says_which() {
        let text = json_of(&ledger(), "windrow x.fa", Some((2, 8)), &COST);
        assert!(text.ends_with(",\n  \"shard\": \"2/8\"\n}\n"), "{text}");
    }

    #[test]
    fn usage_is_measured() {
        let cost = Cost::since(Instant::now());
        assert!(cost.peak_memory > 100_000);
    }
}
