//! Flags of models.

use super::SWITCH;
use crate::cli::flags::{Command, Completes, Flag, Listing, Section, Wanted};

pub(super) const FLAGS: &[Flag] = &[
    Flag {
        long: "model",
        short: &['m'],
        value: Some("MODEL"),
        completes: Completes::Models,
        section: Section::Models,
        shapes_output: true,
        short_doc: "models, with labels or without [exon-start]",
        long_doc: "Models to run, with commas between: names (see --list-models), paths of ONNX \
            files, told by a '/' or a '.onnx' in them, or all, every model that has a name. \
            MODEL:LABEL takes one label of a model, and words behind it are more labels of the \
            same model: promoter,binding-site:CTCF,REST. May be given several times; the rows of \
            all models are then in one sorted stream. Default: exon-start.",
        update: |draft, value| {
            if !draft.models_given {
                draft.args.models.clear();
            }
            draft.models_given = true;
            Wanted::add(&mut draft.args.models, value.text()?)
        },
        ..SWITCH
    },
    Flag {
        long: "models",
        value: Some("DIR"),
        completes: Completes::Files,
        section: Section::Models,
        shapes_output: true,
        common: false,
        short_doc: "folder of more models, by name",
        long_doc: "Folder whose files NAME.onnx are models with these names, beside the bundled \
            ones. Default: the folder that the environment variable WINDROW_MODELS names, if it \
            does. A file with the name of a bundled model must be named by its path.",
        update: |draft, value| {
            draft.args.models_folder = Some(value.path()?);
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "list-models",
        section: Section::Models,
        short_doc: "print the models and their labels and exit",
        long_doc: "Print the models that have a name, with task, window, step, strandedness and \
            labels, and exit. With --format tsv, a row a label: model, label, task, window, step, \
            strand, output, default threshold, whether there is a background, assembly, license, \
            SHA-256 and origin; with --format json, the same as JSON.",
        update: |draft, _| {
            draft.instead.get_or_insert(Command::ListModels {
                listing: Listing::Screen,
                folder: None,
            });
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
            let model = value.text()?.to_owned();
            let folder = None;
            draft
                .instead
                .get_or_insert(Command::ShowModel { model, folder });
            Ok(())
        },
        ..SWITCH
    },
];
