//! Mistakes that show only when all files are read together: names that lead nowhere, conditions that cannot be met,
//! facts without a source.

mod body;
mod rules;
mod sources;

use std::collections::HashMap;

use crate::{
    condition::End,
    endpoint::{Completeness, EndpointKind, Spec},
    error::{Error, did_you_mean},
    load::{Places, place_of},
    reach::reached,
    rule::Rule,
    source::Quirk,
    types::{Struct, TypeDef},
};

/// Everything the lints find, in no order.
#[derive(Debug, Default)]
pub(crate) struct Lints {
    pub(crate) errors: Vec<Error>,
    /// Definitions that nothing uses.
    pub(crate) leftovers: Vec<Error>,
}

/// Runs all lints.
pub(crate) fn lint(spec: &Spec, places: &Places) -> Lints {
    let mut lint = Lint { spec, places, types: HashMap::new(), found: Lints::default() };
    lint.type_names();
    lint.endpoints();
    for file in files(spec) {
        lint.sources(&file);
        lint.quirks(&file);
        for def in file.types {
            lint.body(file.name, def);
        }
        let rules = places.rules.get(file.name).map(Vec::as_slice).unwrap_or_default();
        for (rule, place) in file.rules.iter().zip(rules) {
            lint.rule(place, rule);
        }
    }
    lint.reach();
    lint.codes();
    lint.protocol();
    lint.unused_sources();
    lint.found
}

/// The spec that the lints check, and the mistakes they found.
struct Lint<'a> {
    spec: &'a Spec,
    places: &'a Places,
    /// Every type by name, with its file.
    types: HashMap<&'a str, (&'a str, &'a TypeDef)>,
    found: Lints,
}

/// The parts that an endpoint file and a file of shared types have in common.
struct File<'a> {
    name: &'a str,
    types: &'a [TypeDef],
    rules: &'a [Rule],
    quirks: &'a [Quirk],
    /// Sources named outside of types, rules and quirks, with their place.
    used: Vec<(String, &'a str)>,
}

fn files(spec: &Spec) -> Vec<File<'_>> {
    let own = spec.endpoints.iter().map(|it| {
        let parts = it
            .parts
            .iter()
            .map(|part| (format!("part.{}.source", part.name), part.source.as_str()));
        let query = it.query.iter().map(|parameter| {
            (format!("query.{}.source", parameter.name), parameter.source.as_str())
        });
        File {
            name: &it.file,
            types: &it.types,
            rules: &it.rules,
            quirks: &it.quirks,
            used: parts
                .chain(query)
                .chain([("endpoint.source".to_owned(), it.source.as_str())])
                .collect(),
        }
    });
    let shared = spec.shared.iter().map(|it| File {
        name: &it.file,
        types: &it.types,
        rules: &it.rules,
        quirks: &it.quirks,
        used: Vec::new(),
    });
    own.chain(shared).collect()
}

impl<'a> Lint<'a> {
    fn error(&mut self, file: &str, place: &str, message: impl Into<String>) {
        self.found.errors.push(self.places.error(file, place, message));
    }

    /// Reports a definition that nothing uses.
    fn leftover(&mut self, file: &str, place: &str, message: impl Into<String>) {
        self.found.leftovers.push(self.places.error(file, place, message));
    }

    fn type_def(&self, name: &str) -> Option<&'a TypeDef> {
        self.types.get(name).map(|(_, def)| *def)
    }

    fn near_type(&self, name: &str) -> String {
        did_you_mean(name, self.types.keys().copied())
    }

    /// The end of a path from a struct inwards.
    fn resolve(&self, on: &'a Struct, path: &[String]) -> Result<End<'a>, String> {
        self.spec.resolve(on, path).map(|it| it.end)
    }

    fn endpoints(&mut self) {
        let mut objects = HashMap::new();
        for it in &self.spec.endpoints {
            if let Some(other) = objects.insert(it.object.as_str(), it.path.as_str()) {
                let message = format!(
                    "the name `{}` is used twice: `{other}` has it too; give one an `object`",
                    it.object
                );
                self.error(&it.file, "endpoint.object", message);
            }
            if it.methods.is_empty() && it.completeness != Completeness::NameOnly {
                let message = "an endpoint has a method at least";
                self.error(&it.file, "endpoint.methods", message);
            }
            let many = matches!(it.kind, EndpointKind::Collection | EndpointKind::Job);
            if !it.object_methods.is_empty() && !many {
                let message = "only a collection or a job has objects with methods of their own";
                self.error(&it.file, "endpoint.object_methods", message);
            }
            let bodiless =
                it.kind == EndpointKind::Container || it.completeness == Completeness::NameOnly;
            for (key, body) in [("request", &it.request), ("response", &it.response)] {
                let Some(body) = body else { continue };
                let place = format!("endpoint.{key}");
                if bodiless {
                    let message =
                        "a container and an endpoint of which only the name is known have no body";
                    self.error(&it.file, &place, message);
                }
                // One missing type is one mistake, even where it is both.
                let is_reported = key == "response" && it.request.as_ref() == Some(body);
                if let Some(name) = body.leaf_name()
                    && self.type_def(name).is_none()
                    && !is_reported
                {
                    let near = self.near_type(name);
                    let message = format!(
                        "the body of this endpoint is `{name}`, and no file has such a type{near}"
                    );
                    self.error(&it.file, &place, message);
                }
                if let Some(example) = &body.example
                    && let Err(message) = self.literal(body.ty.leaf(), example)
                {
                    self.error(&it.file, "endpoint.example", message);
                }
            }
        }
    }

    /// Refuses types that no body holds.
    fn reach(&mut self) {
        let reached = reached(self.spec);
        let mut lost: Vec<_> = self
            .types
            .values()
            .copied()
            .filter(|(_, def)| {
                !reached.requests.contains(def.name()) && !reached.responses.contains(def.name())
            })
            .collect();
        lost.sort_by_key(|(_, def)| def.name());
        for (file, def) in lost {
            let message = format!("no endpoint reaches `{}`", def.name());
            self.leftover(file, &place_of(def), message);
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

    fn quirks(&mut self, file: &File<'a>) {
        for quirk in file.quirks {
            let same = files(self.spec)
                .iter()
                .flat_map(|it| it.quirks)
                .chain(&self.spec.protocol.quirks)
                .filter(|it| it.id == quirk.id)
                .count();
            if same > 1 {
                self.error(
                    file.name,
                    &format!("quirk.{}", quirk.id),
                    format!("the quirk `{}` is defined twice", quirk.id),
                );
            }
            if let Err(message) = self.quirk_subject(&quirk.on) {
                self.error(file.name, &format!("quirk.{}.on", quirk.id), message);
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
}

#[cfg(test)]
mod tests;
