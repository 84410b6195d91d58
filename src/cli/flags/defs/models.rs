//! Which models run.

use super::SWITCH;
use crate::cli::flags::{Command, Completes, Flag, Section};

pub(super) const FLAGS: &[Flag] = &[
    Flag {
        long: "model",
        short: &['m'],
        value: Some("MODEL"),
        completes: Completes::Models,
        section: Section::Models,
        shapes_output: true,
        short_doc: "bundled model or model file; repeatable [exon-start]",
        long_doc: "Model to run: the name of a bundled one (see --list-models), or the path of an \
            ONNX file, told by a '/' or a '.onnx' in it. May be given several times; the rows of \
            all models are then in one sorted stream. Default: exon-start.",
        update: |draft, value| {
            if !draft.models_given {
                draft.args.models.clear();
            }
            draft.models_given = true;
            let name = value.text()?.to_owned();
            if draft.args.models.contains(&name) {
                return Err("was given twice".to_owned());
            }
            draft.args.models.push(name);
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "list-models",
        section: Section::Models,
        short_doc: "print the bundled models and exit",
        long_doc: "Print the bundled models, one a line: name, task, window, step, strandedness, \
            assembly, license, and the first 12 digits of the SHA-256 of the file.",
        update: |draft, _| {
            draft.instead.get_or_insert(Command::ListModels);
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "show-model",
        value: Some("MODEL"),
        completes: Completes::Models,
        section: Section::Models,
        short_doc: "print a model's card and exit",
        long_doc: "Print the card of a bundled model or of a model file, as Markdown: what it \
            predicts, what it was trained on, and how well it did on what it had not seen.",
        update: |draft, value| {
            let name = value.text()?.to_owned();
            draft.instead.get_or_insert(Command::ShowModel(name));
            Ok(())
        },
        ..SWITCH
    },
];
