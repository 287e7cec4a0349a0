//! How the files of a crate are cut and joined: their length, their imports, and no circle between siblings.

use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr as _,
};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::{Finding, texts::has_extension};
use crate::workspace::TextFile;

/// The longest hand-written file of Rust. Unit: lines.
const MAX_LINES: usize = 600;

/// Checks the hand-written Rust files of every crate.
pub(super) fn check(files: &[TextFile], findings: &mut Vec<Finding>) {
    let mut crates: BTreeMap<&str, Vec<Module<'_>>> = BTreeMap::new();
    for file in files.iter().filter(|file| is_checked(&file.path)) {
        let lines = file.text.lines().count();
        if lines > MAX_LINES {
            let message =
                format!("split the file by idea: {lines} lines, at most {MAX_LINES} are allowed");
            findings.push(Finding::new(&file.path, 0, message));
        }
        import_form(file, findings);
        if let Some((root, path)) = file.path.split_once("/src/") {
            crates.entry(root).or_default().push(Module::new(path, &file.path, &file.text));
        }
    }
    for modules in crates.values() {
        circles(modules, findings);
    }
}

fn is_checked(path: &str) -> bool {
    has_extension(path, "rs")
        && !path.contains("/generated/")
        && !path.starts_with("tests/ui/")
        && !path.starts_with("tests/expansions/")
        && !path.ends_with("src/embedded.rs")
}

/// Refuses two `use` lines of one visibility and one root in one run of lines: they belong into one tree.
fn import_form(file: &TextFile, findings: &mut Vec<Finding>) {
    let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
    let mut has_attribute = false;
    for (index, line) in file.text.lines().enumerate() {
        // An import with an attribute, such as `cfg`, has to be on its own.
        if std::mem::replace(&mut has_attribute, line.starts_with("#[")) {
            continue;
        }
        let Some((visibility, root)) = import(line) else {
            // A blank line, an attribute and the rest of a nested tree belong to the run.
            if !line.is_empty() && !line.starts_with([' ', '}', '#']) {
                seen.clear();
            }
            continue;
        };
        if !seen.insert((visibility.to_owned(), root.to_owned())) {
            let message = format!("import from `{root}` once: `use {root}::{{…}};`");
            findings.push(Finding::new(&file.path, index + 1, message));
        }
    }
}

/// Visibility and first segment of a `use` line at the left margin.
fn import(line: &str) -> Option<(&str, &str)> {
    let at = line.find("use ")?;
    let visibility = &line[..at];
    let is_visibility = visibility.is_empty()
        || (visibility.starts_with("pub")
            && visibility.ends_with(' ')
            && !visibility.contains("//"));
    let path = &line[at + 4..];
    let end = path.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(path.len());
    (is_visibility && end > 0).then(|| (visibility.trim_end(), &path[..end]))
}

/// One file of a crate as a module.
struct Module<'a> {
    /// Its place: `a::b` for `a/b.rs`; empty for the root.
    name: Vec<&'a str>,
    file: &'a str,
    /// The paths below `crate` that it mentions.
    mentions: BTreeSet<Vec<String>>,
}

impl<'a> Module<'a> {
    fn new(path: &'a str, file: &'a str, text: &str) -> Self {
        let stem = path.strip_suffix(".rs").unwrap_or(path);
        let mut name: Vec<&str> = stem.split('/').collect();
        if matches!(name.last(), Some(&"lib" | &"main" | &"mod")) {
            name.pop();
        }
        let mut mentions = BTreeSet::new();
        // A file that does not lex does not compile either; the compiler says it better.
        if let Ok(tokens) = TokenStream::from_str(text) {
            collect(tokens, &name, &mut mentions);
        }
        Self { name, file, mentions }
    }
}

/// Collects every path that starts with `crate` or `super`, those in trees of `use` too. Test modules do not count.
fn collect(tokens: TokenStream, module: &[&str], mentions: &mut BTreeSet<Vec<String>>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        if is_test_module(&tokens[at..]) {
            at += 5;
            continue;
        }
        match &tokens[at] {
            TokenTree::Group(group) => collect(group.stream(), module, mentions),
            TokenTree::Ident(ident) if *ident == "crate" => {
                path(&tokens[at + 1..], Vec::new(), mentions);
            }
            TokenTree::Ident(ident) if *ident == "super" && !follows_path(&tokens[..at]) => {
                let mut parent: Vec<String> = module.iter().map(|it| (*it).to_owned()).collect();
                parent.pop();
                let mut rest = &tokens[at + 1..];
                while let Some(TokenTree::Ident(next)) = rest.get(2)
                    && *next == "super"
                {
                    parent.pop();
                    rest = &rest[3..];
                }
                path(rest, parent, mentions);
            }
            _ => {}
        }
        at += 1;
    }
}

/// Whether these tokens start with `#[cfg(test)] mod name {…}`.
fn is_test_module(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [TokenTree::Punct(hash), TokenTree::Group(attribute), TokenTree::Ident(word), TokenTree::Ident(_), ..]
        if hash.as_char() == '#' && *word == "mod" && attribute.to_string().replace(' ', "") == "[cfg(test)]")
}

/// Whether the tokens end in `::`, so that what comes next is no start of a path.
fn follows_path(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [.., TokenTree::Punct(a), TokenTree::Punct(b)] if a.as_char() == ':' && b.as_char() == ':')
}

/// Follows `::a::b` or `::{a, b::c}` from `start`.
fn path(tokens: &[TokenTree], start: Vec<String>, mentions: &mut BTreeSet<Vec<String>>) {
    let mut start = start;
    let mut rest = tokens;
    while let [TokenTree::Punct(a), TokenTree::Punct(b), next, tail @ ..] = rest
        && a.as_char() == ':'
        && b.as_char() == ':'
    {
        match next {
            TokenTree::Ident(ident) => start.push(ident.to_string()),
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                tree(group.stream(), &start, mentions);
                return;
            }
            _ => break,
        }
        rest = tail;
    }
    mentions.insert(start);
}

/// The branches of a tree of `use`.
fn tree(tokens: TokenStream, start: &[String], mentions: &mut BTreeSet<Vec<String>>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(it) if it.as_char() == ',');
    for branch in tokens.split(is_comma) {
        if let [TokenTree::Ident(first), rest @ ..] = branch {
            let mut start = start.to_vec();
            if *first != "self" {
                start.push(first.to_string());
            }
            path(rest, start, mentions);
        }
    }
}

/// Reports every circle between files of one folder: each can be understood only with the others.
fn circles(modules: &[Module<'_>], findings: &mut Vec<Finding>) {
    let mut folders: BTreeMap<Vec<&str>, BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
    let names: BTreeSet<&[&str]> = modules.iter().map(|module| module.name.as_slice()).collect();
    for module in modules {
        for mention in &module.mentions {
            let mention: Vec<&str> = mention.iter().map(String::as_str).collect();
            let common = module.name.iter().zip(&mention).take_while(|(a, b)| a == b).count();
            let (Some(from), Some(to)) = (module.name.get(common), mention.get(common)) else {
                continue;
            };
            // What is not a file of the folder is an item of the file above.
            if names.contains(&mention[..=common]) {
                let folder = folders.entry(module.name[..common].to_vec()).or_default();
                folder.entry(from).or_default().insert(to);
            }
        }
    }
    for (folder, arrows) in &folders {
        let mut reported = BTreeSet::new();
        for start in arrows.keys() {
            if reported.contains(start) {
                continue;
            }
            if let Some(circle) = circle(start, arrows) {
                reported.extend(circle.iter().copied());
                let place: Vec<&str> = folder.iter().chain([start]).copied().collect();
                let file =
                    modules.iter().find(|module| module.name == place).map_or("", |it| it.file);
                let message = format!(
                    "break the circle of imports `{}`: move what both need into a file of its own",
                    circle.iter().chain(&circle[..1]).copied().collect::<Vec<_>>().join(" -> ")
                );
                findings.push(Finding::new(file, 0, message));
            }
        }
    }
}

/// The shortest way from a file back to itself.
fn circle<'a>(
    start: &'a str,
    arrows: &BTreeMap<&'a str, BTreeSet<&'a str>>,
) -> Option<Vec<&'a str>> {
    let mut ways = vec![vec![start]];
    let mut seen = BTreeSet::new();
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in ways {
            for next in arrows.get(way[way.len() - 1]).into_iter().flatten() {
                if *next == start {
                    return Some(way);
                }
                if seen.insert(*next) {
                    longer.push(way.iter().chain([next]).copied().collect());
                }
            }
        }
        ways = longer;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<_> = files
            .iter()
            .map(|(path, text)| TextFile { path: (*path).to_owned(), text: (*text).to_owned() })
            .collect();
        let mut findings = Vec::new();
        check(&files, &mut findings);
        findings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn finds_circles_between_siblings_alone() {
        let a = ("crates/x/src/a.rs", "use crate::{b::B, c};\n");
        assert_eq!(
            messages(&[a, ("crates/x/src/b.rs", "use crate::c::C;\n"), ("crates/x/src/c.rs", "")]),
            [""; 0]
        );
        let back = ("crates/x/src/c.rs", "fn f() { crate::a::f() }\n");
        let found = messages(&[a, ("crates/x/src/b.rs", ""), back]);
        assert!(found.len() == 1 && found[0].contains("`a -> c -> a`"), "{found:?}");
        // Files below a folder count for the folder, `super` leads out of it, and parents may use their children.
        let deep = [
            ("crates/x/src/a.rs", ""),
            ("crates/x/src/a/d.rs", "use super::super::b;\n"),
            ("crates/x/src/b.rs", "use crate::a::d;\n"),
        ];
        let found = messages(&deep);
        assert!(found.len() == 1 && found[0].contains("`a -> b -> a`"), "{found:?}");
        let parent = [
            ("crates/x/src/a.rs", "use self::b::B;\n"),
            ("crates/x/src/a/b.rs", "use super::A;\n"),
        ];
        assert_eq!(messages(&parent), [""; 0]);
        // A test module may look at anything.
        let test = ("crates/x/src/b.rs", "#[cfg(test)]\nmod tests { use crate::a::A; }\n");
        assert_eq!(messages(&[a, test, ("crates/x/src/c.rs", "")]), [""; 0]);
    }

    #[test]
    fn wants_one_tree_of_imports_for_each_crate() {
        let twice = "use std::fmt;\nuse std::io;\n";
        let found = messages(&[("crates/x/src/a.rs", twice)]);
        assert!(
            found.len() == 1 && found[0].contains("src/a.rs:2: import from `std` once"),
            "{found:?}"
        );
        let nested = "use std::{\n    fmt, io,\n};\n\nuse crate::a;\n\npub use crate::b;\n";
        assert_eq!(messages(&[("crates/x/src/a.rs", nested)]), [""; 0]);
        let optional = "use std::fmt;\n#[cfg(unix)]\nuse std::io;\n";
        assert_eq!(messages(&[("crates/x/src/a.rs", optional)]), [""; 0]);
        assert_eq!(messages(&[("crates/x/src/generated/a.rs", twice)]), [""; 0]);
    }

    #[test]
    fn limits_the_length_of_a_file() {
        let text = "\n".repeat(MAX_LINES);
        assert_eq!(messages(&[("crates/x/src/a.rs", &text)]), [""; 0]);
        let found = messages(&[("crates/x/src/a.rs", &format!("{text}\n"))]);
        assert!(found.len() == 1 && found[0].contains("601 lines"), "{found:?}");
    }
}
