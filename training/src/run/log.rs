//! What a run says: lines on standard error and in the file `log` of its folder, and a bar where
//! standard error is a terminal.

use std::fs::{File, OpenOptions};
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};

use crate::run::progress::Progress;
use crate::run::task::Pace;

pub struct Log {
    file: File,
    bar: ProgressBar,
    begun: Instant,
    /// Steps made before.
    before: usize,
    steps: usize,
}

impl Log {
    pub fn new(folder: &Path, pace: &Pace, progress: &Progress) -> Result<Log> {
        let path = folder.join("log");
        let file = OpenOptions::new().create(true).append(true).open(&path);
        let bar = match std::io::stderr().is_terminal() {
            false => ProgressBar::hidden(),
            true => {
                let style = "{wide_bar} {pos}/{len} steps, {per_sec}, {eta} left";
                let style = ProgressStyle::with_template(style).expect("a valid template");
                ProgressBar::new(pace.steps as u64).with_style(style)
            }
        };
        bar.set_position(progress.step as u64);
        Ok(Log {
            file: file.with_context(|| format!("{}", path.display()))?,
            bar,
            begun: Instant::now(),
            before: progress.step,
            steps: pace.steps,
        })
    }

    pub fn step(&self) {
        self.bar.inc(1);
    }

    pub fn line(&mut self, line: &str) -> Result<()> {
        self.bar.suspend(|| eprintln!("{line}"));
        writeln!(self.file, "{line}").context("log")
    }

    /// The last evaluation.
    pub fn evaluation(&mut self, progress: &Progress) -> Result<()> {
        let Some(last) = progress.curve.last() else {
            return Ok(());
        };
        let epoch = last.epoch.map(|epoch| format!("epoch {epoch} "));
        let parts = last.parts.iter().map(|(name, x)| format!(" {name} {x:.4}"));
        self.line(&format!(
            "{}step {} loss {:.5} validation {:.4}{} kept {:.4} of step {} after {:.0} s, {:.0} s left",
            epoch.unwrap_or_default(),
            last.step,
            last.loss,
            last.figure,
            parts.collect::<String>(),
            progress.best.unwrap_or(last.figure),
            progress.best_step,
            progress.seconds,
            self.left(progress.step).as_secs_f64(),
        ))
    }

    /// By the clock, at the pace of this process.
    fn left(&self, step: usize) -> Duration {
        let made = step.saturating_sub(self.before);
        let left = self.steps.saturating_sub(step);
        self.begun
            .elapsed()
            .mul_f64(left as f64 / made.max(1) as f64)
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
