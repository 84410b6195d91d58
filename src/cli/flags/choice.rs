//! Flag values that are one of a few words and matter to the command line alone.

use crate::words::choice;

choice! {
    /// Texts that `--generate` prints.
    Generate {
        Man = "man",
        Bash = "complete-bash",
        Zsh = "complete-zsh",
        Fish = "complete-fish",
        AutoSql = "autosql",
    }
}
