//! From what was seen to a page of the spec.

use std::collections::{BTreeMap, BTreeSet};

use sps_spec::{EndpointKind, RUST_TYPES, Spec, TypeDef, object_name};

use crate::learn::{
    LearnedFile, LearnedPage, Shape,
    print::{MAX_PAGE_LINES, Table, key, text, type_line},
    seen::{Form, Seen},
};

/// The source of everything on a learned page.
const SOURCE: &str = "learned";
const DOC: &str = "Learned from responses.";

/// Drafts the page of the endpoint at this path.
pub(super) fn draft(
    spec: &Spec,
    path: &str,
    place: &str,
    shape: Shape,
    body: &Seen,
) -> LearnedPage {
    let Shape { is_collection, is_bare } = shape;
    let file = format!("endpoints/{place}.toml");
    let own = spec.endpoint(path).filter(|it| it.file == file);
    let mut taken: BTreeSet<String> = RUST_TYPES.iter().map(|it| (*it).to_owned()).collect();
    // A page that is replaced gives its names free.
    let is_own = |name: &str| own.is_some_and(|it| it.types.iter().any(|def| def.name() == name));
    taken.extend(spec.types().map(TypeDef::name).filter(|it| !is_own(it)).map(str::to_owned));
    taken.extend(spec.endpoints.iter().filter(|it| it.path != path).map(|it| it.object.clone()));
    let mut draft = Draft {
        spec,
        path,
        is_collection,
        taken,
        tables: Vec::new(),
        targets: BTreeSet::new(),
        untyped: Vec::new(),
    };
    let segment = place.rsplit('/').next().unwrap_or(place);
    let usual = object_name(segment, is_collection);
    // A page that is replaced keeps the name of its object: others may use it.
    let object = own.map_or_else(|| camel(&usual), |it| it.object.clone());
    let object = draft.object(object, place);
    let object = draft.name(&object);
    let response = draft.signature(body, &object, "", false);
    let mut head = Table::new("[endpoint]");
    if is_collection {
        head.line("kind = \"collection\"".to_owned());
    }
    if object != usual {
        head.line(format!("object = \"{object}\""));
    }
    if response != object {
        head.line(format!("response = {}", text(&response)));
    }
    if is_bare {
        head.line("wrappers = []".to_owned());
    }
    head.line("completeness = \"open\"".to_owned());
    head.line(format!("title = {}", text(&segment.replace(['_', '-'], " "))));
    head.line("doc = \"Drafted from responses; no guide shows it.\"".to_owned());
    head.line(format!("source = \"{SOURCE}\""));
    let mut tables = vec![head];
    tables.append(&mut draft.tables);
    let files = files(&file, place, &tables);
    let targets = draft.targets.iter().map(|target| name_only(&draft, target));
    let files = files.into_iter().chain(targets).collect();
    LearnedPage { files, untyped: draft.untyped }
}

struct Draft<'s> {
    spec: &'s Spec,
    path: &'s str,
    is_collection: bool,
    taken: BTreeSet<String>,
    tables: Vec<Table>,
    /// Collections that references lead to and that the spec does not have.
    targets: BTreeSet<String>,
    untyped: Vec<String>,
}

impl Draft<'_> {
    /// The name of an object, with segments of its path in front until it is free.
    fn object(&self, wanted: String, place: &str) -> String {
        let mut object = wanted;
        for segment in place.rsplit('/').skip(1) {
            if !self.taken.contains(&object) {
                break;
            }
            object = format!("{}{object}", camel(segment));
        }
        object
    }

    /// The name, with a number if it is taken.
    fn name(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        let mut number = 2;
        while !self.taken.insert(name.clone()) {
            name = format!("{wanted}{number}");
            number += 1;
        }
        name
    }

    /// The signature of a value; a type of its own gets this name. `is_inner` for elements, which cannot be null.
    fn signature(&mut self, seen: &Seen, name: &str, pointer: &str, is_inner: bool) -> String {
        if seen.nulls > 0 && is_inner {
            self.untyped.push(pointer.to_owned());
            return "any".to_owned();
        }
        let ty = self.plain_signature(seen, name, pointer);
        if seen.nulls > 0 && ty != "any" { format!("{ty}?") } else { ty }
    }

    fn plain_signature(&mut self, seen: &Seen, name: &str, pointer: &str) -> String {
        match seen.form() {
            Form::Bool => "bool".to_owned(),
            Form::Int => "int".to_owned(),
            Form::Number => "number".to_owned(),
            Form::String(format) => format.unwrap_or("string").to_owned(),
            Form::Reference(target) if self.is_below_object(target) => {
                self.untyped.push(pointer.to_owned());
                "any".to_owned()
            }
            Form::Reference(target) => self.reference(target),
            Form::List(element) => self.elements(element, name, pointer, ("[", "]")),
            Form::Map(element) => self.elements(element, name, pointer, ("{", "}")),
            Form::Ordered(element) => self.elements(element, name, pointer, ("ordered {", "}")),
            Form::Words(words) => {
                self.words(words, name);
                name.to_owned()
            }
            Form::Union(variants) => {
                self.union(variants, name, pointer);
                name.to_owned()
            }
            Form::Any => {
                self.untyped.push(pointer.to_owned());
                "any".to_owned()
            }
            Form::Struct(members) => {
                self.structure(seen, members, name, pointer);
                name.to_owned()
            }
        }
    }

    fn elements(
        &mut self,
        element: &Seen,
        name: &str,
        pointer: &str,
        (open, close): (&str, &str),
    ) -> String {
        // A body that is a list has no type with the name of the object.
        let inner = if pointer.is_empty() && element.has_own_type() {
            self.name(&format!("{name}Item"))
        } else {
            name.to_owned()
        };
        let ty = self.signature(element, &inner, &format!("{pointer}/*"), true);
        format!("{open}{ty}{close}")
    }

    /// Whether a reference leads below an object: then a user gave a name in its path.
    fn is_below_object(&self, target: &str) -> bool {
        let collection = target.split('#').next().unwrap_or_default();
        if self.spec.endpoint(collection).is_some() {
            return false;
        }
        let is_own_singleton = collection == self.path && !self.is_collection;
        let parents = collection.match_indices('/').map(|(at, _)| &collection[..at]);
        let mut known = parents.filter_map(|it| self.spec.endpoint(it));
        is_own_singleton || known.any(|it| it.kind == EndpointKind::Collection)
    }

    fn reference(&mut self, target: &str) -> String {
        let (collection, part) =
            target.split_once('#').map_or((target, None), |it| (it.0, Some(it.1)));
        if collection != self.path && self.spec.endpoint(collection).is_none() {
            self.targets.insert(collection.to_owned());
        }
        let short = collection.strip_prefix("/api/configuration/").unwrap_or(collection);
        match part {
            Some(part) => format!("ref {short}#{part}"),
            None => format!("ref {short}"),
        }
    }

    fn words(&mut self, words: &[String], name: &str) {
        let mut table = Table::new(&format!("[enum.{name}]"));
        table.line("_ = { open = true }".to_owned());
        for (word, rust) in names(words.iter().map(String::as_str), camel) {
            table.line(match rust {
                None => format!("{} = {}", key(word), text(DOC)),
                Some(rust) => {
                    format!("{} = {{ rust = \"{rust}\", doc = {} }}", key(word), text(DOC))
                }
            });
        }
        self.tables.push(table);
    }

    fn union(&mut self, variants: &[(String, Seen)], name: &str, pointer: &str) {
        let at = self.reserve();
        let mut table = Table::new(&format!("[union.{name}]"));
        table.line("_ = { open = true }".to_owned());
        for (word, rust) in names(variants.iter().map(|(word, _)| word.as_str()), camel) {
            let Some((_, content)) = variants.iter().find(|(it, _)| it == word) else { continue };
            let is_empty = content.is_absent();
            let ty = if is_empty {
                None
            } else {
                let inner = self.inner_name(content, name, word);
                Some(self.signature(content, &inner, &format!("{pointer}/value"), false))
            };
            table.line(type_line(word, ty.as_deref(), rust.as_deref(), &[], DOC));
        }
        self.tables[at] = table;
    }

    fn structure(&mut self, seen: &Seen, members: &[(String, Seen)], name: &str, pointer: &str) {
        let at = self.reserve();
        let mut table = Table::new(&format!("[{name}]"));
        // Other pages may use the type, and then it needs a doc of its own.
        if self.spec.type_def(name).is_some() {
            table.line(format!("_ = {{ doc = {} }}", text(DOC)));
        }
        for (member, rust) in names(members.iter().map(|(member, _)| member.as_str()), snake) {
            let Some((_, value)) = members.iter().find(|(it, _)| it == member) else { continue };
            let inner = self.inner_name(value, name, member);
            let ty = self.signature(value, &inner, &format!("{pointer}/{member}"), false);
            let mut flags = Vec::new();
            if member == "selection" && matches!(value.form(), Form::Words(_)) && value.nulls == 0 {
                flags.push("tag = true");
            }
            if !value.is_always_in(seen.object_count()) {
                flags.push("optional = true");
            }
            table.line(type_line(member, Some(&ty), rust.as_deref(), &flags, DOC));
        }
        self.tables[at] = table;
    }

    /// A free name for the type of a member, if it needs one.
    fn inner_name(&mut self, value: &Seen, name: &str, member: &str) -> String {
        let wanted = format!("{name}{}", camel(member));
        if value.has_own_type() { self.name(&wanted) } else { wanted }
    }

    /// Keeps a place for a table in front of those of its members.
    fn reserve(&mut self) -> usize {
        self.tables.push(Table::new(""));
        self.tables.len() - 1
    }
}

/// Distributes tables over the page and, where it would be too long, a file of types.
fn files(file: &str, place: &str, tables: &[Table]) -> Vec<LearnedFile> {
    let head =
        "# Drafted from responses. Describe the fields, and add what responses do not show.\n"
            .to_owned();
    let mut page = head;
    let mut others: Vec<String> = Vec::new();
    let lines = |text: &str| text.lines().count();
    for (at, table) in tables.iter().enumerate() {
        let text = table.to_string();
        let fits = |to: &str| lines(to) + lines(&text) < MAX_PAGE_LINES;
        if at < 2 || others.is_empty() && fits(&page) {
            page.push('\n');
            page.push_str(&text);
            continue;
        }
        if others.last().is_none_or(|last| !fits(last)) {
            others.push(format!("source = \"{SOURCE}\"\n"));
        }
        if let Some(last) = others.last_mut() {
            last.push('\n');
            last.push_str(&text);
        }
    }
    let mut files = vec![LearnedFile { name: file.to_owned(), text: page }];
    let stem = place.strip_prefix("configuration/").unwrap_or(place).replace(['/', '-'], "_");
    files.extend(others.into_iter().enumerate().map(|(at, text)| {
        let number = if at == 0 { String::new() } else { format!("_{}", at + 1) };
        LearnedFile { name: format!("types/learned_{stem}{number}.toml"), text }
    }));
    files
}

/// The page of a collection of which nothing but its path is known.
fn name_only(draft: &Draft<'_>, target: &str) -> LearnedFile {
    let place = target.strip_prefix("/api/").unwrap_or(target);
    let segment = place.rsplit('/').next().unwrap_or(place);
    let usual = object_name(segment, true);
    let object = draft.object(camel(&usual), place);
    let mut table = Table::new("[endpoint]");
    table.line("kind = \"collection\"".to_owned());
    if object != usual {
        table.line(format!("object = \"{object}\""));
    }
    table.line("completeness = \"name-only\"".to_owned());
    table.line(format!("title = {}", text(&segment.replace(['_', '-'], " "))));
    table.line("doc = \"Target of references; no response of its objects was read.\"".to_owned());
    table.line(format!("source = \"{SOURCE}\""));
    LearnedFile { name: format!("endpoints/{place}.toml"), text: table.to_string() }
}

/// Names of members or values, each with a Rust name where none follows from it or two would be the same.
fn names<'n>(
    wire: impl Iterator<Item = &'n str>,
    derived: impl Fn(&str) -> String,
) -> Vec<(&'n str, Option<String>)> {
    let mut used: BTreeMap<String, usize> = BTreeMap::new();
    let names = wire.map(|wire| {
        let rust = derived(wire);
        let is_usual = is_usual(wire);
        let count = used.entry(rust.clone()).or_default();
        *count += 1;
        let rust = if *count > 1 { format!("{rust}{count}") } else { rust };
        let is_given = !is_usual || *count > 1;
        (wire, is_given.then_some(rust))
    });
    names.collect()
}

/// Whether a Rust name follows from a wire name.
fn is_usual(wire: &str) -> bool {
    wire.starts_with(|c: char| c.is_ascii_alphabetic())
        && wire.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

/// A text in camel case that is the name of a type.
fn camel(wire: &str) -> String {
    let words = wire.split(|c: char| !c.is_ascii_alphanumeric());
    let name: String = words
        .map(|word| {
            let mut chars = word.chars();
            let first = chars.next().map(|c| c.to_ascii_uppercase());
            first.into_iter().chain(chars).collect::<String>()
        })
        .collect();
    match name.chars().next() {
        Some(first) if first.is_ascii_uppercase() => name,
        _ => format!("V{name}"),
    }
}

/// A text in snake case that is the name of a field.
fn snake(wire: &str) -> String {
    let mut name = String::new();
    let mut after_lower = false;
    for c in wire.chars() {
        if c.is_ascii_uppercase() && after_lower {
            name.push('_');
        }
        after_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
        name.push(if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' });
    }
    if name.starts_with(|c: char| c.is_ascii_lowercase()) { name } else { format!("n{name}") }
}
