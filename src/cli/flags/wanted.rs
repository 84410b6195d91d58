//! Values of flags that name models and labels: the ones to run, and thresholds.

use crate::call::Threshold;

/// A model to run, as given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelRequest {
    /// Name of a model, path of a model file, or `all`.
    pub model: String,
    /// Labels to score; all if empty.
    pub labels: Vec<String>,
}

impl ModelRequest {
    /// Word for all models that have a name.
    pub const ALL: &'static str = "all";

    /// Reads `MODEL[:LABEL[,LABEL...]][,MODEL...]`. A word that follows a label is a label of the
    /// same model.
    fn parse_all(text: &str) -> Result<Vec<Self>, String> {
        let mut all: Vec<Self> = Vec::new();
        for word in text.split(',') {
            let (model, label) = parted(word);
            if model.is_empty() || label.is_some_and(str::is_empty) {
                return Err("is not a list of models and labels".to_owned());
            }
            match (label, all.last_mut()) {
                (None, Some(last)) if !last.labels.is_empty() => last.labels.push(word.to_owned()),
                _ => all.push(Self {
                    model: model.to_owned(),
                    labels: label.map(str::to_owned).into_iter().collect(),
                }),
            }
        }
        Ok(all)
    }

    /// Adds the models and labels of `text` to `all`.
    pub(super) fn add(all: &mut Vec<Self>, text: &str) -> Result<(), String> {
        for wanted in Self::parse_all(text)? {
            let before = all.iter_mut().find(|before| before.model == wanted.model);
            match before {
                None => all.push(wanted),
                Some(before) if before.labels.is_empty() || wanted.labels.is_empty() => {
                    return Err(format!("names {} twice", wanted.model));
                }
                Some(before) => before.labels.extend(wanted.labels),
            }
        }
        for Self { model, labels } in all {
            let twice = labels
                .iter()
                .enumerate()
                .find(|(at, label)| labels[..*at].contains(label));
            if let Some((_, label)) = twice {
                return Err(format!("names the label {label} of {model} twice"));
            }
        }
        Ok(())
    }
}

/// Model and label of `MODEL:LABEL`. In a path, the label begins after `.onnx:`.
fn parted(word: &str) -> (&str, Option<&str>) {
    const SUFFIX: &str = ".onnx";
    let at = match word.rfind(".onnx:") {
        Some(at) => Some(at + SUFFIX.len()),
        None if word.contains('/') || word.ends_with(SUFFIX) => None,
        None => word.find(':'),
    };
    match at {
        Some(at) => (&word[..at], Some(&word[at + 1..])),
        None => (word, None),
    }
}

/// A threshold, and its models or label.
#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    /// Name of the model, and of the label if it is for one label; none for all models.
    pub of: Option<(String, Option<String>)>,
    pub threshold: Threshold,
}

impl Bound {
    /// Reads `X`, `MODEL=X` or `MODEL:LABEL=X`, with commas between several.
    pub(super) fn parse_all(
        text: &str,
        threshold: impl Fn(&str) -> Result<Threshold, String>,
    ) -> Result<Vec<Self>, String> {
        let one = |word: &str| {
            let (of, number) = match word.rsplit_once('=') {
                None => (None, word),
                Some((of, number)) => {
                    let (model, label) = parted(of);
                    if model.is_empty() || label.is_some_and(str::is_empty) {
                        return Err("names no model or no label in front of '='".to_owned());
                    }
                    let of = (model.to_owned(), label.map(str::to_owned));
                    (Some(of), number)
                }
            };
            threshold(number).map(|threshold| Self { of, threshold })
        };
        text.split(',').map(one).collect()
    }

    /// Model and label, as on the command line.
    pub fn target(&self) -> String {
        match &self.of {
            None => "all models".to_owned(),
            Some((model, None)) => model.clone(),
            Some((model, Some(label))) => format!("{model}:{label}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(texts: &[&str]) -> Result<Vec<(String, String)>, String> {
        let mut all = Vec::new();
        for text in texts {
            ModelRequest::add(&mut all, text)?;
        }
        let shown = |wanted: ModelRequest| (wanted.model, wanted.labels.join(" "));
        Ok(all.into_iter().map(shown).collect())
    }

    #[test]
    fn models_and_labels_are_listed_with_commas() {
        let pair = |model: &str, labels: &str| (model.to_owned(), labels.to_owned());
        assert_eq!(
            wanted(&["promoter,binding-site:CTCF,REST", "./a:b/c.onnx:x"]),
            Ok(vec![
                pair("promoter", ""),
                pair("binding-site", "CTCF REST"),
                pair("./a:b/c.onnx", "x"),
            ])
        );
        assert_eq!(wanted(&["a:x", "a:y"]), Ok(vec![pair("a", "x y")]));
        assert_eq!(wanted(&["x.onnx"]), Ok(vec![pair("x.onnx", "")]));
    }

    #[test]
    fn what_is_named_twice_is_refused() {
        let twice = |texts: &[&str]| wanted(texts).unwrap_err();
        assert_eq!(twice(&["a", "a"]), "names a twice");
        assert_eq!(twice(&["a,b:x", "b"]), "names b twice");
        assert_eq!(twice(&["a:x,y,x"]), "names the label x of a twice");
        assert_eq!(twice(&["a:x", "a:x"]), "names the label x of a twice");
    }

    #[test]
    fn words_without_a_name_are_refused() {
        for text in ["", "a,", ":x", "a:", "a:x,,y"] {
            assert!(wanted(&[text]).is_err(), "{text}");
        }
    }

    #[test]
    fn bounds_are_of_all_of_a_model_or_of_a_label() {
        let score = |text: &str| {
            text.parse()
                .map(Threshold::Score)
                .map_err(|_| "?".to_owned())
        };
        let bounds = Bound::parse_all("0.5,promoter=0.02,binding-site:CTCF=0.1", score).unwrap();
        let targets: Vec<_> = bounds.iter().map(Bound::target).collect();
        assert_eq!(targets, ["all models", "promoter", "binding-site:CTCF"]);
        assert_eq!(bounds[2].threshold, Threshold::Score(0.1));
        for text in ["", "=1", "a:=1", "a=", "a=x", "1,"] {
            assert!(Bound::parse_all(text, score).is_err(), "{text}");
        }
    }
}
