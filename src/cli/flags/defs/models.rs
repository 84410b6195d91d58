//! Flags of models.

use super::SWITCH;
use crate::cli::flags::{Command, Completes, Flag, Listing, ModelRequest, Section};

pub(super) const FLAGS: &[Flag] = &[
    Flag {
        long: "model",
        short: &['m'],
        value: Some("MODEL"),
        completes: Completes::Models,
        section: Section::Models,
        shapes_output: true,
        short_doc: "models, with labels or without [exon-start]",
        long_doc: "Models to run, separated by commas. A model is a name (see --list-models), the \
            path of an ONNX file (a word with '/' or '.onnx'), or all, for every model that \
            has a name. MODEL:LABEL scores one label of a model; the words that follow it are \
            further labels of the same model: promoter,binding-site:CTCF,REST. Can be given \
            several times. The rows of all models are in one sorted output. Default: \
            exon-start.",
        update: |draft, value| {
            if !draft.models_given {
                draft.args.models.clear();
            }
            draft.models_given = true;
            ModelRequest::add(&mut draft.args.models, value.text()?)
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
        short_doc: "folder of further models, by name",
        long_doc: "Folder of further models: each file NAME.onnx is a model with this name. Default: \
            the folder in the environment variable WINDROW_MODELS, if it is set. A file with \
            the name of a bundled model must be given by its path.",
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
            labels, and exit. With --format tsv, print a row for each label: model, label, \
            task, window, step, strand, output, default threshold, whether there is a \
            background, assembly, license, SHA-256 and origin. With --format json, print the \
            same as JSON.",
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
        long_doc: "Print the card of a bundled model or of a model file as Markdown, and exit: what \
            it predicts, its training data, and its accuracy on sequence that it was not \
            trained on.",
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
