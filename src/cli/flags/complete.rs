//! Completions for bash, zsh and fish.

use super::{Completes, Flag, table};
use crate::model::registry;

const TOP: &str = "made by `windrow --generate`, do not edit";

fn models() -> String {
    registry::names().collect::<Vec<_>>().join(" ")
}

fn spellings(flag: &Flag) -> Vec<String> {
    let mut all: Vec<_> = flag.short.iter().map(|short| format!("-{short}")).collect();
    all.push(format!("--{}", flag.long));
    all
}

const FILES: &str = "compgen -f -- \"$cur\"";

fn words(words: &str) -> String {
    format!("compgen -W '{words}' -- \"$cur\"")
}

pub fn bash() -> String {
    let every: Vec<_> = table().iter().flat_map(spellings).collect();
    let mut cases = String::new();
    for flag in table().iter().filter(|flag| flag.value.is_some()) {
        let offers = match flag.completes {
            _ if !flag.choices.is_empty() => words(&flag.choices.join(" ")),
            Completes::Models => format!("{}; {FILES}", words(&models())),
            Completes::Files => FILES.to_owned(),
            Completes::Nothing => ":".to_owned(),
        };
        cases.push_str(&format!(
            "    {})\n        mapfile -t COMPREPLY < <({offers})\n        return\n        ;;\n",
            spellings(flag).join(" | ")
        ));
    }
    format!(
        "# bash completion for windrow; {TOP}\n\
         _windrow() {{\n\
         \x20   local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD - 1]}}\n\
         \x20   # '=' is a word of its own.\n\
         \x20   if [[ $prev == = ]]; then\n\
         \x20       prev=${{COMP_WORDS[COMP_CWORD - 2]}}\n\
         \x20   elif [[ $cur == = ]]; then\n\
         \x20       cur=\n\
         \x20   fi\n\
         \x20   case $prev in\n{cases}    esac\n\
         \x20   if [[ $cur == -* ]]; then\n\
         \x20       mapfile -t COMPREPLY < <({})\n\
         \x20   else\n\
         \x20       mapfile -t COMPREPLY < <({FILES})\n\
         \x20   fi\n\
         }}\n\
         complete -o filenames -F _windrow windrow\n",
        words(&every.join(" "))
    )
}

pub fn zsh() -> String {
    let mut specs = String::new();
    for flag in table() {
        let action = match (flag.value, flag.completes) {
            (None, _) => String::new(),
            (Some(value), _) if !flag.choices.is_empty() => {
                format!(":{value}:({})", flag.choices.join(" "))
            }
            (Some(value), Completes::Models) => {
                format!(":{value}:_windrow_models")
            }
            (Some(value), Completes::Files) => format!(":{value}:_files"),
            (Some(value), Completes::Nothing) => format!(":{value}:"),
        };
        let doc = flag.short_doc.replace('[', r"\[").replace(']', r"\]");
        let doc = doc.replace(':', r"\:");
        let quote = |text: String| format!("'{}'", text.replace('\'', r"'\''"));
        for mut spelling in spellings(flag) {
            if flag.value.is_some() && spelling.starts_with("--") {
                spelling.push('=');
            }
            specs.push_str(&format!(
                "    {} \\\n",
                quote(format!("*{spelling}[{doc}]{action}"))
            ));
        }
    }
    format!(
        "#compdef windrow\n# {TOP}\n\
         _windrow_models() {{\n\
         \x20   _alternative 'models:model:({})' 'files:file:_files'\n\
         }}\n\
         _arguments -s -S \\\n{specs}    '*:input:_files'\n",
        models()
    )
}

pub fn fish() -> String {
    let mut text = format!("# fish completion for windrow; {TOP}\n");
    for flag in table() {
        text.push_str("complete -c windrow");
        for short in flag.short {
            text.push_str(&format!(" -s {short}"));
        }
        text.push_str(&format!(" -l {}", flag.long));
        match flag.completes {
            _ if flag.value.is_none() => {}
            _ if !flag.choices.is_empty() => {
                text.push_str(&format!(" -x -a '{}'", flag.choices.join(" ")));
            }
            Completes::Models => text.push_str(&format!(" -r -F -a '{}'", models())),
            Completes::Files => text.push_str(" -r -F"),
            Completes::Nothing => text.push_str(" -x"),
        }
        text.push_str(&format!(" -d '{}'\n", flag.short_doc.replace('\'', r"\'")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A further colon would end the action.
    #[test]
    fn specs_of_zsh_have_a_message_and_an_action() {
        let zsh = zsh();
        let specs = zsh.lines().filter(|line| line.starts_with("    '*-"));
        for spec in specs {
            let colons = spec.replace(r"\:", "").matches(':').count();
            assert!(colons == 0 || colons == 2, "{spec}");
            // zsh evaluates the action, so it must hold no single quote.
            let action = spec.rsplit(':').next().filter(|_| colons == 2);
            let action = action.unwrap_or("'").strip_suffix(r"' \").unwrap_or("");
            assert!(!action.contains(['\'', '"', '`', '$']), "{spec}");
        }
    }

    #[test]
    fn every_flag_is_offered_by_every_shell() {
        let (bash, zsh, fish) = (bash(), zsh(), fish());
        for flag in table() {
            assert!(bash.contains(&format!("--{}", flag.long)));
            let equals = if flag.value.is_some() { "=" } else { "" };
            assert!(zsh.contains(&format!("*--{}{equals}[", flag.long)));
            assert!(fish.contains(&format!(" -l {}", flag.long)));
        }
    }
}
