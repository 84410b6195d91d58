//! What output files may be asked for together.

use super::rule;
use crate::flags::{Args, UsageError};

/// Holds the flags about files against one another.
pub fn check(args: &Args) -> Result<(), UsageError> {
    let fail = |text: String| Err(rule(text));
    if args.index && !args.bgzip {
        return fail("--index is of bgzip output: add --bgzip".to_owned());
    }
    if args.index && args.output.is_none() {
        return fail("--index lies beside a file: --output says which".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::args;
    use super::check;

    fn refusal(argv: &str) -> String {
        check(&args(argv)).unwrap_err().to_string()
    }

    #[test]
    fn an_index_is_of_a_bgzip_file() {
        assert!(check(&args("-z")).is_ok());
        assert!(check(&args("-z --index -o x.gz")).is_ok());
        assert!(refusal("--index -o x.gz").ends_with("add --bgzip"));
        assert!(refusal("-z --index").ends_with("--output says which"));
    }
}
