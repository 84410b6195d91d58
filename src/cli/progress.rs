//! The progress line on standard error, if that is a terminal.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{counted, tell};
use crate::pipeline::Observer;
use crate::source::{Consumed, Input};

/// Shortest time between two changes of the line, which bounds the cost for many short records.
const STANDS: Duration = Duration::from_millis(200);

/// The line, which is cleared when this is dropped.
pub struct Meter {
    bar: ProgressBar,
    begin: Instant,
    shown: Mutex<Option<Instant>>,
    /// Bytes of input that were read.
    consumed: Consumed,
    /// Bases of these.
    taken: AtomicU64,
    /// Size of the input in bytes, if known.
    total: Option<u64>,
    quiet: bool,
    verbose: bool,
}

impl Meter {
    /// Nothing is drawn if `quiet` is set or standard error is no terminal.
    pub fn new(consumed: Consumed, total: Option<u64>, quiet: bool, verbose: bool) -> Self {
        let target = if quiet {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let bar = ProgressBar::with_draw_target(total, target);
        if let Ok(style) = ProgressStyle::with_template("{wide_msg}") {
            bar.set_style(style);
        }
        Self {
            bar,
            begin: Instant::now(),
            shown: Mutex::new(None),
            consumed,
            taken: AtomicU64::new(0),
            total,
            quiet,
            verbose,
        }
    }
}

impl Observer for Meter {
    fn scored(&self, bases: u64) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let stands = shown.is_some_and(|shown| shown.elapsed() < STANDS);
        if !stands && !self.bar.is_hidden() {
            *shown = Some(Instant::now());
            let seconds = self.begin.elapsed().as_secs_f64();
            let taken = self.taken.load(Ordering::Relaxed);
            let share = share(self.consumed.bytes(), self.total, bases, taken);
            self.bar.set_message(line(bases, seconds, share));
        }
    }

    fn taken(&self, bases: u64) {
        self.taken.fetch_add(bases, Ordering::Relaxed);
    }

    fn read(&self, input: &Input, records: u64) {
        let text = match records {
            _ if self.quiet => return,
            0 => format!("windrow: warning: {input} is empty\n"),
            _ if self.verbose => format!("windrow: {input}: {}\n", counted(records, "record")),
            _ => return,
        };
        self.bar.suspend(|| tell(&text));
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// The share of the input that was scored, if its size is known: the share that was read, without
/// the bases that wait to be scored.
fn share(consumed: u64, total: Option<u64>, scored: u64, taken: u64) -> Option<f64> {
    let total = total.filter(|&total| total > 0)?;
    let done = match taken {
        0 => 0.0,
        taken => (scored as f64 / taken as f64).min(1.0),
    };
    Some((consumed as f64 / total as f64).min(1.0) * done)
}

/// Bases, bases a second and, if known, the share of the input that was scored and the time left.
fn line(bases: u64, seconds: f64, share: Option<f64>) -> String {
    let rate = if seconds > 0.0 {
        bases as f64 / seconds
    } else {
        0.0
    };
    let mut text = format!("windrow: {}, {}/s", amount(bases as f64), amount(rate));
    if let Some(share) = share {
        // 100 is shown only at the end.
        text.push_str(&format!(", {} %", (100.0 * share).floor()));
        if share > 0.0 {
            let left = Duration::from_secs_f64(seconds * (1.0 - share) / share);
            text.push_str(&format!(", {} left", HumanDuration(left)));
        }
    }
    text
}

/// Bases with a unit that fits their number.
fn amount(bases: f64) -> String {
    match bases {
        few if few < 1e3 => format!("{few:.0} bases"),
        some if some < 1e6 => format!("{:.1} kb", some / 1e3),
        many if many < 1e9 => format!("{:.1} Mb", many / 1e6),
        most => format!("{:.2} Gb", most / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_told_where_the_size_is_known() {
        assert_eq!(line(512, 0.0, None), "windrow: 512 bases, 0 bases/s");
        assert_eq!(line(2_500_000, 2.0, None), "windrow: 2.5 Mb, 1.2 Mb/s");
        assert_eq!(
            line(2_500_000_000, 1000.0, Some(0.25)),
            "windrow: 2.50 Gb, 2.5 Mb/s, 25 %, 50 minutes left"
        );
        assert_eq!(line(0, 1.0, Some(0.0)), "windrow: 0 bases, 0 bases/s, 0 %");
    }

    #[test]
    fn what_was_read_and_waits_is_not_done() {
        assert_eq!(share(100, Some(100), 250, 1000), Some(0.25));
        assert_eq!(share(50, Some(100), 1000, 1000), Some(0.5));
        assert_eq!(share(100, Some(100), 1000, 1000), Some(1.0));
        assert_eq!(share(20, Some(100), 0, 0), Some(0.0));
        assert_eq!(share(20, None, 5, 10), None);
        assert_eq!(share(0, Some(0), 5, 10), None);
        let almost = line(9990, 1.0, share(100, Some(100), 9990, 10_000));
        assert!(almost.contains(", 99 %"), "{almost}");
    }
}
