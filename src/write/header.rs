//! Provenance: `#` lines above the rows.

use crate::flags::{Args, StrandChoice};
use crate::model::{Contract, Model};

/// A model as a run uses it.
#[derive(Clone, Copy)]
pub struct Provenance<'a> {
    pub model: &'a Model,
    pub stride: usize,
    /// Least value of a row, one a label; none if every window is a row.
    pub least: &'a [Option<f32>],
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
    let layout = args.format.layout();
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
            ..
        } = &model.contract;
        lines.push(format!(
            "model: {name} sha256={} license={license} assembly={assembly}",
            model.sha256
        ));
        let least = labels.iter().zip(*least).map(|(label, least)| match least {
            Some(least) => format!("{label}>={least}"),
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
    let mut text = layout.first.to_owned();
    if layout.comments {
        text.extend(comments);
    }
    if layout.titles {
        text.push_str(&format!("{columns}\n").replace(' ', "\t"));
    }
    text
}
