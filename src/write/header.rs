//! Provenance: `#` lines above the rows.

use super::{Track, track};
use crate::flags::{Args, StrandChoice};
use crate::model::{Contract, Model, Output};

/// A model as a run uses it.
#[derive(Clone, Copy)]
pub struct Provenance<'a> {
    pub model: &'a Model,
    pub stride: usize,
    /// Least of a row, one a label; none if every window is a row.
    pub least: &'a [Option<Least>],
}

/// The least that makes a row.
#[derive(Clone, Copy, Debug)]
pub struct Least {
    /// Probability or plain value, as asked for.
    pub value: f32,
    /// The lowest raw output whose value, rounded, is that.
    pub output: f32,
}

/// The lines above the rows. Nothing in them changes from run to run, machine to machine, or with
/// flags that don't change rows. With `names`, rows have a column more.
pub fn header(
    args: &Args,
    strand: StrandChoice,
    command: &str,
    models: &[Provenance<'_>],
    names: bool,
) -> String {
    let layout = args.layout();
    let mut lines = vec![
        format!("windrow {}", env!("CARGO_PKG_VERSION")),
        format!("command: {command}"),
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
        let least = labels.iter().zip(*least).map(|(label, least)| match least {
            Some(Least { value, output }) if *kind == Output::Logit => {
                format!("{label}>={value} logit>={output}")
            }
            Some(Least { value, .. }) => format!("{label}>={value}"),
            None => format!("{label}:all"),
        });
        lines.push(format!(
            "parameters: {name} stride={stride} {}",
            least.collect::<Vec<_>>().join(" ")
        ));
    }
    let rows = if args.raw { "windows" } else { "calls" };
    lines.push(format!(
        "parameters: rows={rows} strand={} max-n={} softmask={}",
        strand.word(),
        args.max_n,
        args.softmask.word()
    ));
    let name = if names { " name" } else { "" };
    let columns = format!("{}{name}", layout.columns);
    lines.push(format!("columns: {columns}"));
    let comments = lines
        .iter()
        .map(|line| format!("# {}\n", line.replace(char::is_control, " ")));
    let mut text = String::new();
    if !args.no_header {
        text.push_str(layout.first);
        text.extend(comments.filter(|_| layout.comments));
    }
    if args.track {
        let kind = match layout.track {
            Track::Type(kind) => Some(kind),
            Track::Bed | Track::None => None,
        };
        let contracts: Vec<_> = models.iter().map(|model| &model.model.contract).collect();
        text.push_str(&track::line(kind, &contracts, strand));
    }
    if layout.titles && !args.no_header {
        text.push_str(&format!("{columns}\n").replace(' ', "\t"));
    }
    text
}
