//! Provenance: `#` lines above the rows.

use super::{BrowserTrack, Destination, track};
use crate::call::Threshold;
use crate::model::{Contract, Model, Output};
use crate::sequence::StrandChoice;
use crate::window::Softmask;

/// A model of a run.
#[derive(Clone, Copy)]
pub struct Provenance<'a> {
    pub model: &'a Model,
    pub stride: usize,
    /// Labels that are scored, and their thresholds; no threshold if every window is a row.
    pub least: &'a [(usize, Option<RowThreshold>)],
}

/// The threshold of rows.
#[derive(Clone, Copy, Debug)]
pub struct RowThreshold {
    pub asked: Threshold,
    /// The lowest raw output whose rounded value reaches it.
    pub output: f32,
}

/// The provenance of all rows of a run.
#[derive(Clone, Debug)]
pub struct Parameters<'a> {
    /// The command line without flags that cannot change the output.
    pub command: &'a str,
    /// One row a window instead of calls.
    pub raw: bool,
    pub strand: StrandChoice,
    /// Unknown bases allowed in a window.
    pub max_n: u32,
    pub softmask: Softmask,
    /// Whether rows have a column for names.
    pub names: bool,
}

/// The lines above the rows. They do not depend on time, machine, or flags that do not change
/// rows.
pub fn header(to: &Destination, parameters: &Parameters<'_>, models: &[Provenance<'_>]) -> String {
    let layout = to.layout();
    let Parameters { strand, .. } = *parameters;
    let mut lines = vec![
        format!("windrow {}", env!("CARGO_PKG_VERSION")),
        format!("command: {}", parameters.command),
    ];
    for Provenance {
        model,
        stride,
        least,
    } in models
    {
        let Contract {
            name,
            license,
            assembly,
            labels,
            output: kind,
            ..
        } = &model.contract;
        lines.push(format!(
            "model: {name} sha256={} license={license} assembly={assembly}",
            model.sha256
        ));
        let least = least.iter().map(|(label, least)| {
            let label = &labels[*label];
            match least {
                None => format!("{label}:all"),
                Some(RowThreshold { asked, output }) if *kind == Output::Logit => {
                    format!("{label}>={asked} logit>={output}")
                }
                Some(RowThreshold {
                    asked: Threshold::Rate(rate),
                    output,
                }) => {
                    format!("{label}>={rate}/Mb value>={output}")
                }
                Some(RowThreshold { asked, .. }) => format!("{label}>={asked}"),
            }
        });
        lines.push(format!(
            "parameters: {name} stride={stride} {}",
            least.collect::<Vec<_>>().join(" ")
        ));
    }
    let rows = if parameters.raw { "windows" } else { "calls" };
    lines.push(format!(
        "parameters: rows={rows} strand={} max-n={} softmask={}",
        strand, parameters.max_n, parameters.softmask
    ));
    let name = if parameters.names { " name" } else { "" };
    let columns = format!("{}{name}", layout.columns);
    lines.push(format!("columns: {columns}"));
    let comments = lines
        .iter()
        .map(|line| format!("# {}\n", line.replace(char::is_control, " ")));
    let mut text = String::new();
    if to.header {
        text.push_str(layout.first);
        text.extend(comments.filter(|_| layout.comments));
    }
    if to.track {
        let kind = match layout.track {
            BrowserTrack::Type(kind) => Some(kind),
            BrowserTrack::Bed | BrowserTrack::None => None,
        };
        text.push_str(&track::line(kind, to.colors, models, strand));
    }
    if layout.titles && to.header {
        text.push_str(&format!("{columns}\n").replace(' ', "\t"));
    }
    text
}
