//! Files that the program generates: man page, completions and others.

use super::flags::{Generate, complete, man};
use crate::write::big::autosql;

/// What `--generate` prints.
pub fn generated(what: Generate) -> String {
    match what {
        Generate::Man => man::page(),
        Generate::Bash => complete::bash(),
        Generate::Zsh => complete::zsh(),
        Generate::Fish => complete::fish(),
        Generate::AutoSql => autosql::CALLS.to_owned(),
    }
}
