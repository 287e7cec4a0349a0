//! Mistakes that show only when all files are read together: names that lead nowhere, conditions that cannot be met,
//! facts without a source.

mod body;
mod reach;
mod rules;

use std::collections::{HashMap, HashSet};

use crate::{
    endpoint::{Completeness, EndpointKind, Quirk, Source, Spec},
    error::{Error, did_you_mean},
    load::Places,
    rule::Rule,
    types::{Field, Struct, TypeDef, Union},
    version::Versions,
};

/// Everything the lints find, in no order.
pub(crate) fn lint(spec: &Spec, places: &Places) -> Vec<Error> {
    let mut lint = Lint { spec, places, types: HashMap::new(), errors: Vec::new() };
    lint.endpoints();
    lint.type_names();
    for file in files(spec) {
        lint.sources(&file);
        lint.quirks(&file);
        for def in file.types {
            lint.body(file.name, def);
            let words = "a type has no versions of its own: give them to the members that have it";
            lint.no_versions(file.name, &place_of(def), def.versions(), words);
        }
        for (at, rule) in file.rules.iter().enumerate() {
            lint.rule(file.name, at, rule);
            let words = "a rule holds in all versions: no checker asks for its own";
            lint.no_versions(file.name, &format!("rule.{at}"), &rule.versions, words);
        }
    }
    lint.reach();
    lint.codes();
    lint.protocol();
    lint.errors
}

/// What the lints look at, and what they found.
struct Lint<'a> {
    spec: &'a Spec,
    places: &'a Places,
    /// Every type by name, with its file.
    types: HashMap<&'a str, (&'a str, &'a TypeDef)>,
    errors: Vec<Error>,
}

/// The parts that an endpoint file and a file of shared types have in common.
struct File<'a> {
    name: &'a str,
    types: &'a [TypeDef],
    rules: &'a [Rule],
    quirks: &'a [Quirk],
    sources: &'a [Source],
    /// Sources named outside of types, rules and quirks, with their place.
    used: Vec<(String, &'a str)>,
}

fn files(spec: &Spec) -> Vec<File<'_>> {
    let own = spec.endpoints.iter().map(|it| {
        let parts = it
            .parts
            .iter()
            .enumerate()
            .map(|(at, part)| (format!("part.{at}.source"), part.source.as_str()));
        File {
            name: &it.file,
            types: &it.types,
            rules: &it.rules,
            quirks: &it.quirks,
            sources: &it.sources,
            used: parts.chain([("endpoint.source".to_owned(), it.source.as_str())]).collect(),
        }
    });
    let shared = spec.shared.iter().map(|it| File {
        name: &it.file,
        types: &it.types,
        rules: &it.rules,
        quirks: &it.quirks,
        sources: &it.sources,
        used: Vec::new(),
    });
    own.chain(shared).collect()
}

/// Where a type stands in its file.
fn place_of(def: &TypeDef) -> String {
    match def {
        TypeDef::Struct(it) => format!("type.{}", it.name),
        TypeDef::Union(it) => format!("union.{}", it.name),
        TypeDef::Enum(it) => format!("enum.{}", it.name),
    }
}

/// What a path of wire names leads to.
#[derive(Clone, Copy)]
enum Target<'a> {
    Field(&'a Field),
    Tag(&'a Union),
}

impl<'a> Lint<'a> {
    fn error(&mut self, file: &str, place: &str, message: impl Into<String>) {
        self.errors.push(self.places.error(file, place, message));
    }

    /// Refuses versions that nobody would look at: they would be lost without a word.
    fn no_versions(&mut self, file: &str, place: &str, versions: &Versions, message: &str) {
        for (key, version) in [("since", &versions.since), ("until", &versions.until)] {
            if version.is_some() {
                self.error(file, &format!("{place}.{key}"), message);
            }
        }
    }

    fn type_def(&self, name: &str) -> Option<&'a TypeDef> {
        self.types.get(name).map(|(_, def)| *def)
    }

    fn near_type(&self, name: &str) -> String {
        did_you_mean(name, self.types.keys().copied())
    }

    /// Follows a path from a struct inwards.
    fn resolve(&self, on: &'a Struct, path: &[String]) -> Result<Target<'a>, String> {
        let mut here = on;
        for (at, name) in path.iter().enumerate() {
            let Some(field) = here.field(name) else {
                let near = did_you_mean(name, here.fields.iter().map(|field| field.name.as_str()));
                return Err(format!("`{}` has no member `{name}`{near}", here.name));
            };
            let rest = &path[at + 1..];
            if rest.is_empty() {
                return Ok(Target::Field(field));
            }
            let inner = if let crate::types::FieldType::Named(inner) = &field.ty {
                self.type_def(inner)
            } else {
                None
            };
            match inner {
                Some(TypeDef::Struct(inner)) => here = inner,
                Some(TypeDef::Union(union)) if rest == [union.tag.clone()] => {
                    return Ok(Target::Tag(union));
                }
                Some(TypeDef::Union(union)) => {
                    return Err(format!(
                        "a condition reaches only the tag of a union: `{name}.{}`",
                        union.tag
                    ));
                }
                _ => return Err(format!("`{name}` has no members")),
            }
        }
        Err("this path is empty".to_owned())
    }

    fn endpoints(&mut self) {
        let mut paths = HashSet::new();
        let mut objects = HashMap::new();
        for it in &self.spec.endpoints {
            if !paths.insert(it.path.as_str()) {
                self.error(
                    &it.file,
                    "endpoint.path",
                    format!("the path `{}` is used twice", it.path),
                );
            }
            if let Some(other) = objects.insert(it.object.as_str(), it.path.as_str()) {
                let message =
                    format!("the name `{}` is used twice: `{other}` has it too", it.object);
                self.error(&it.file, "endpoint.object", message);
            }
            let expected = format!("endpoints/{}.toml", it.path.trim_start_matches("/api/"));
            if it.file != expected {
                self.error(
                    &it.file,
                    "endpoint.path",
                    format!("the file of this path is `{expected}`"),
                );
            }
            if it.methods.is_empty() && it.completeness != Completeness::NameOnly {
                self.error(&it.file, "endpoint", "this endpoint has no `methods`");
            }
            let many = matches!(it.kind, EndpointKind::Collection | EndpointKind::Job);
            if !it.object_methods.is_empty() && !many {
                let message = "only a collection or a job has objects with methods of their own";
                self.error(&it.file, "endpoint.object_methods", message);
            }
            let bodiless =
                it.kind == EndpointKind::Container || it.completeness == Completeness::NameOnly;
            let has_body = it.request.is_some() || it.response.is_some();
            if bodiless && has_body {
                let message =
                    "a container and an endpoint of which only the name is known have no body";
                self.error(&it.file, "endpoint.body", message);
            }
            if !bodiless && !has_body {
                self.error(
                    &it.file,
                    "endpoint",
                    "this endpoint needs a `body`, a `request` or an `response`",
                );
            }
        }
    }

    fn type_names(&mut self) {
        for file in files(self.spec) {
            for def in file.types {
                if let Some((other, _)) = self.types.insert(def.name(), (file.name, def)) {
                    let message =
                        format!("the type `{}` is defined twice: `{other}` has it too", def.name());
                    self.error(file.name, &place_of(def), message);
                }
            }
        }
    }

    fn sources(&mut self, file: &File<'a>) {
        let mut used = file.used.clone();
        for def in file.types {
            let place = place_of(def);
            used.push((format!("{place}.source"), def.source()));
            match def {
                TypeDef::Struct(it) => {
                    used.extend(
                        it.fields
                            .iter()
                            .map(|f| (format!("{place}.field.{}.source", f.name), &f.source[..])),
                    );
                }
                TypeDef::Union(it) => used.extend(
                    it.variants
                        .iter()
                        .map(|v| (format!("{place}.variant.{}.source", v.value), &v.source[..])),
                ),
                TypeDef::Enum(it) => {
                    used.extend(
                        it.values
                            .iter()
                            .map(|v| (format!("{place}.value.{}.source", v.value), &v.source[..])),
                    );
                }
            }
        }
        used.extend(
            file.rules
                .iter()
                .enumerate()
                .map(|(at, it)| (format!("rule.{at}.source"), &it.source[..])),
        );
        used.extend(
            file.quirks
                .iter()
                .enumerate()
                .map(|(at, it)| (format!("quirk.{at}.source"), &it.source[..])),
        );
        self.check_sources(file.name, file.sources, &used);
    }

    fn check_sources(&mut self, file: &str, sources: &[Source], used: &[(String, &str)]) {
        let ids: Vec<_> = sources.iter().map(|it| it.id.as_str()).collect();
        let mut reported = HashSet::new();
        for (place, id) in used {
            // Members inherit the id of their type: one unknown id is one mistake.
            if !ids.contains(id) && reported.insert(*id) {
                let near = did_you_mean(id, ids.iter().copied());
                self.error(
                    file,
                    place,
                    format!("no `[[source]]` of this file has the id `{id}`{near}"),
                );
            }
        }
        for (at, id) in ids.iter().enumerate() {
            if ids[..at].contains(id) {
                self.error(
                    file,
                    &format!("source.{at}.id"),
                    format!("the source `{id}` is defined twice"),
                );
            } else if !used.iter().any(|(_, used)| used == id) {
                self.error(
                    file,
                    &format!("source.{at}.id"),
                    format!("nothing names the source `{id}`"),
                );
            }
        }
    }

    fn quirks(&mut self, file: &File<'a>) {
        for (at, quirk) in file.quirks.iter().enumerate() {
            let same = files(self.spec)
                .iter()
                .flat_map(|it| it.quirks)
                .filter(|it| it.id == quirk.id)
                .count();
            if same > 1 {
                self.error(
                    file.name,
                    &format!("quirk.{at}.id"),
                    format!("the quirk `{}` is defined twice", quirk.id),
                );
            }
            if let Err(message) = self.quirk_subject(&quirk.on) {
                self.error(file.name, &format!("quirk.{at}.on"), message);
            }
        }
    }

    /// Whether a quirk is about an endpoint, a type or a member of a type.
    fn quirk_subject(&self, on: &str) -> Result<(), String> {
        if on.starts_with('/') {
            let paths = self.spec.endpoints.iter().map(|it| it.path.as_str());
            let known = self.spec.endpoint(on).is_some();
            return known
                .then_some(())
                .ok_or_else(|| format!("unknown endpoint `{on}`{}", did_you_mean(on, paths)));
        }
        let (name, member) =
            on.split_once('.').map_or((on, None), |(name, member)| (name, Some(member)));
        let Some(def) = self.type_def(name) else {
            return Err(format!("unknown type `{name}`{}", self.near_type(name)));
        };
        let Some(member) = member else { return Ok(()) };
        let members: Vec<&str> = match def {
            TypeDef::Struct(it) => it.fields.iter().map(|it| it.name.as_str()).collect(),
            TypeDef::Union(it) => it.variants.iter().map(|it| it.value.as_str()).collect(),
            TypeDef::Enum(it) => it.values.iter().map(|it| it.value.as_str()).collect(),
        };
        if members.contains(&member) {
            return Ok(());
        }
        Err(format!("`{name}` has no member `{member}`{}", did_you_mean(member, members)))
    }

    fn protocol(&mut self) {
        let it = &self.spec.protocol;
        let mut used = Vec::new();
        let members = [
            ("envelope", &it.envelope),
            ("meta", &it.meta),
            ("reference", &it.reference),
            ("error", &it.error),
            ("details", &it.details),
        ];
        for (key, members) in members {
            used.extend(
                members
                    .iter()
                    .enumerate()
                    .map(|(at, it)| (format!("{key}.{at}.source"), &it.source[..])),
            );
        }
        for (key, headers) in [("cookie", &it.cookies), ("header", &it.headers)] {
            used.extend(
                headers
                    .iter()
                    .enumerate()
                    .map(|(at, it)| (format!("{key}.{at}.source"), &it.source[..])),
            );
        }
        let numbered = |key: &'static str, at: usize| format!("{key}.{at}.source");
        used.extend(
            it.error_types
                .iter()
                .enumerate()
                .map(|(at, it)| (numbered("error_type", at), &it.source[..])),
        );
        used.extend(
            it.statuses.iter().enumerate().map(|(at, it)| (numbered("status", at), &it.source[..])),
        );
        used.extend(
            it.limits.iter().enumerate().map(|(at, it)| (numbered("limit", at), &it.source[..])),
        );
        self.check_sources("protocol.toml", &it.sources, &used);
    }
}

#[cfg(test)]
mod tests;
