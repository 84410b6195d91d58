//! The paragraphs of a card that say what a model is for, when and from what it was made, and what to
//! cite.

use crate::figures::provenance::Provenance;
use crate::recipe::about::About;

pub fn text(about: &About, made: &Provenance) -> Vec<String> {
    let files = made.data.iter().map(|(path, sha256)| {
        let start = sha256.get(..12).unwrap_or(sha256);
        format!("{} {start}", path.display())
    });
    let mut text = vec![format!(
        "Files that it was learnt from and measured on, with the first 12 digits of their SHA-256: {}.",
        files.collect::<Vec<_>>().join(", ")
    )];
    if !about.made.is_empty() {
        text.insert(0, format!("Made {}.", about.made));
    }
    if !about.intended.is_empty() {
        text.insert(0, format!("Intended use: {}", about.intended));
    }
    if !about.cite.is_empty() {
        text.push(format!("Cite: {}.", about.cite.join("; ")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_recipe_does_not_say_is_left_out() {
        let made = Provenance {
            name: "a".into(),
            recipe: "a.toml".into(),
            recipe_sha256: "0".into(),
            changes: vec![],
            seed: 1,
            data: vec![("x.fa".into(), "0123456789abcdef".into())],
            versions: String::new(),
            device: "Cpu".into(),
        };
        let plain = text(&About::default(), &made);
        assert_eq!(plain.len(), 1);
        assert!(plain[0].ends_with("x.fa 0123456789ab."), "{plain:?}");
        let about = About {
            intended: "Tests.".into(),
            made: "today".into(),
            cite: vec!["A".into(), "B".into()],
        };
        let whole = text(&about, &made);
        assert_eq!(whole[0], "Intended use: Tests.");
        assert_eq!(whole[1], "Made today.");
        assert_eq!(whole[3], "Cite: A; B.");
    }
}
