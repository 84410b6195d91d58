//! How far a run has come: a line on standard error, if that is a terminal.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{counted, tell};
use crate::pipeline::Observer;
use crate::source::{Consumed, Input};

/// How long a line stands at least: a million short records are not a million lines.
const STANDS: Duration = Duration::from_millis(200);

/// The line, which is gone when this is dropped.
pub struct Meter {
    bar: ProgressBar,
    begin: Instant,
    shown: Mutex<Option<Instant>>,
    /// Bytes of input that were read.
    consumed: Consumed,
    /// How many there are, if that is known.
    total: Option<u64>,
    quiet: bool,
    verbose: bool,
}

impl Meter {
    /// A `quiet` one draws nothing, nor does one without a terminal.
    pub fn new(consumed: Consumed, total: Option<u64>, quiet: bool, verbose: bool) -> Self {
        let target = if quiet {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let bar = ProgressBar::with_draw_target(total, target);
        if let Ok(style) = ProgressStyle::with_template("{msg}") {
            bar.set_style(style);
        }
        Self {
            bar,
            begin: Instant::now(),
            shown: Mutex::new(None),
            consumed,
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
            let line = line(bases, seconds, self.consumed.bytes(), self.total);
            self.bar.set_message(line);
        }
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

/// Bases, bases a second and, where the size of the input is known, the share of it that was read
/// and the time that the rest will take.
fn line(bases: u64, seconds: f64, consumed: u64, total: Option<u64>) -> String {
    let rate = if seconds > 0.0 {
        bases as f64 / seconds
    } else {
        0.0
    };
    let mut text = format!("windrow: {}, {}/s", amount(bases as f64), amount(rate));
    if let Some(total) = total.filter(|&total| total > 0) {
        let share = (consumed as f64 / total as f64).min(1.0);
        text.push_str(&format!(", {:.0} %", 100.0 * share));
        if share > 0.0 {
            let left = Duration::from_secs_f64(seconds * (1.0 - share) / share);
            text.push_str(&format!(", {} left", HumanDuration(left)));
        }
    }
    text
}

/// Bases in the unit that suits.
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
        assert_eq!(line(512, 0.0, 9, None), "windrow: 512 bases, 0 bases/s");
        assert_eq!(line(2_500_000, 2.0, 700, None), "windrow: 2.5 Mb, 1.2 Mb/s");
        assert_eq!(
            line(2_500_000_000, 1000.0, 25, Some(100)),
            "windrow: 2.50 Gb, 2.5 Mb/s, 25 %, 50 minutes left"
        );
        assert_eq!(
            line(0, 1.0, 0, Some(100)),
            "windrow: 0 bases, 0 bases/s, 0 %"
        );
        assert_eq!(line(9, 1.0, 7, Some(0)), "windrow: 9 bases, 9 bases/s");
    }
}
