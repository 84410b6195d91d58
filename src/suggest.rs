//! Suggestions for mistyped words.

/// The candidate nearest to a mistyped word, if one is near enough.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let reach = (word.chars().count() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .map(|candidate| {
            let completes = word.len() >= 3 && candidate.starts_with(word);
            let distance = strsim::damerau_levenshtein(word, candidate);
            (if completes { 0 } else { distance }, candidate)
        })
        .filter(|&(distance, _)| distance <= reach)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// `; did you mean 'X'?`, or nothing.
pub fn hint(guess: Option<String>) -> String {
    guess.map_or_else(String::new, |guess| format!("; did you mean '{guess}'?"))
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn a_slip_finds_its_word() {
        let words = ["format", "stride", "strand", "threads"];
        assert_eq!(closest("fromat", words), Some("format"));
        assert_eq!(closest("thread", words), Some("threads"));
        assert_eq!(closest("strid", words), Some("stride"));
    }

    #[test]
    fn a_stranger_finds_none() {
        assert_eq!(closest("colour", ["format", "stride"]), None);
        assert_eq!(closest("", ["format"]), None);
    }
}
