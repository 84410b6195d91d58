//! Words of flags that only the command line uses.

use strum::{Display, EnumString, VariantNames};

/// Texts that `--generate` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
pub enum Generate {
    Man,
    #[strum(serialize = "complete-bash")]
    Bash,
    #[strum(serialize = "complete-zsh")]
    Zsh,
    #[strum(serialize = "complete-fish")]
    Fish,
    AutoSql,
}
