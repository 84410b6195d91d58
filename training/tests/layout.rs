//! The files of the program in their order: imports make no circle, and go down the folders only.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Folders from the bottom to the top; files outside of them are below all, but for `main`.
const ORDER: [&str; 8] = [
    "net", "recipe", "data", "metrics", "run", "figures", "export", "verbs",
];

/// The files that each file imports, by module path; tests are left out.
fn imports() -> BTreeMap<String, BTreeSet<String>> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut texts = BTreeMap::new();
    read(&src, "", &mut texts);
    let of = |(module, text): (&String, &String)| {
        let mut found = paths(text, module);
        found.extend(children(text, module, &texts));
        let files = found.iter().filter_map(|path| file_of(path, &texts));
        let others = files.filter(|file| file != module).collect();
        (module.clone(), others)
    };
    texts.iter().map(of).collect()
}

/// Texts without tests, by module path.
fn read(folder: &Path, path: &str, texts: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap().path();
        let name = entry.file_stem().unwrap().to_str().unwrap();
        let below = match path {
            "" => name.to_owned(),
            _ => format!("{path}::{name}"),
        };
        if entry.is_dir() {
            read(&entry, &below, texts);
        } else if !name.ends_with("_tests") {
            let text = fs::read_to_string(&entry).unwrap();
            let code = text.split("#[cfg(test)]\n").next().unwrap().to_owned();
            let module = if name == "mod" {
                path.to_owned()
            } else {
                below
            };
            texts.insert(module, code);
        }
    }
}

/// All paths of a text that start from the crate or a parent, in full.
fn paths(text: &str, module: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
    {
        for start in ["crate::", "super::"] {
            for (at, _) in line.match_indices(start) {
                let after = &text[offset(text, line) + at + start.len()..];
                let parent = module.rsplit_once("::").map_or("", |(parent, _)| parent);
                let base = if start == "crate::" { "" } else { parent };
                tree(base, after, &mut found);
            }
        }
    }
    found
}

/// The modules below `module` that its text names by their own names.
fn children(text: &str, module: &str, texts: &BTreeMap<String, String>) -> Vec<String> {
    let below = texts.keys().filter(|key| {
        let parent = key.rsplit_once("::").map_or("", |(parent, _)| parent);
        parent == module && !parent.is_empty()
    });
    let named = |key: &&String| {
        let name = key.rsplit("::").next().unwrap();
        text.match_indices(&format!("{name}::")).any(|(at, _)| {
            let before = text[..at].chars().next_back().unwrap_or(' ');
            !before.is_alphanumeric() && !"_:".contains(before)
        })
    };
    below.filter(named).cloned().collect()
}

fn offset(text: &str, line: &str) -> usize {
    line.as_ptr() as usize - text.as_ptr() as usize
}

/// The paths of `a::b`, or of the leaves of `a::{b, c::d}`; what comes behind it.
fn tree<'a>(base: &str, text: &'a str, found: &mut Vec<String>) -> &'a str {
    let text = text.trim_start();
    if let Some(mut rest) = text.strip_prefix('{') {
        loop {
            rest = tree(base, rest, found).trim_start();
            match rest.strip_prefix(',') {
                Some(more) => rest = more,
                None => return rest.strip_prefix('}').unwrap_or(rest),
            }
        }
    }
    let end = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    let path = match base {
        "" => text[..end].to_owned(),
        _ => format!("{base}::{}", &text[..end]),
    };
    match text[end..].strip_prefix("::") {
        Some(rest) => tree(&path, rest, found),
        None => {
            found.push(path);
            let rest = &text[end..];
            rest.trim_start().strip_prefix("as ").map_or(rest, |rest| {
                let name = |c: char| c.is_alphanumeric() || c == '_';
                rest.trim_start_matches(name)
            })
        }
    }
}

/// The file that an imported path is in.
fn file_of(path: &str, texts: &BTreeMap<String, String>) -> Option<String> {
    let mut path = path;
    loop {
        if texts.contains_key(path) {
            return Some(path.to_owned());
        }
        path = path.rsplit_once("::")?.0;
    }
}

#[test]
fn no_imports_make_a_circle() {
    let mut left = imports();
    // Takes away what imports nothing that is left, again and again: circles stay.
    loop {
        let (rest, free): (BTreeMap<_, _>, BTreeMap<_, _>) = left
            .clone()
            .into_iter()
            .partition(|(_, imports)| imports.iter().any(|file| left.contains_key(file)));
        left = rest;
        if free.is_empty() {
            break;
        }
    }
    assert!(left.is_empty(), "these files import each other: {left:#?}");
}

#[test]
fn imports_go_down_the_folders() {
    let rank = |file: &str| {
        let folder = file.split("::").next().unwrap_or_default();
        match ORDER.iter().position(|name| *name == folder) {
            Some(at) => at + 1,
            None if file == "main" => ORDER.len() + 1,
            None => 0,
        }
    };
    for (file, imports) in imports() {
        for imported in imports {
            let down = rank(&imported) <= rank(&file);
            assert!(down, "{file} imports {imported}, which is above it");
        }
    }
}

#[test]
fn imports_are_found_in_every_form() {
    let text = "use crate::net::graph::{Graph, cost};\nuse super::{a::B as b, c};\n\
                // use crate::x;\nlet y = crate::files::hash(z);\n";
    let wanted = [
        "net::graph::Graph",
        "net::graph::cost",
        "data::sites::a::B",
        "data::sites::c",
        "files::hash",
    ];
    assert_eq!(paths(text, "data::sites::rows"), wanted);
}
