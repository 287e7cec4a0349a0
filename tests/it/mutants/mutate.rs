//! Every small change of the spec that ought to change a verdict.

mod facts;
mod rename;
mod rules;
mod text;
mod types;

use sps_spec::{Endpoint, FieldType, Rule, Spec, TypeDef};

use self::{
    facts::version_variations,
    rename::rename,
    text::{show, type_name},
};

/// One changed spec, as the difference to the right one.
pub(super) struct Mutant {
    /// The spec file whose fact is changed.
    pub(super) file: String,
    /// Which fact, its value, and what the mutant has instead.
    pub(super) what: String,
    /// Whether it changes no verdict, but what configuration as files does.
    pub(super) is_of_files: bool,
    change: Change,
}

enum Change {
    Type(Place, usize, TypeDef),
    Rule(Place, usize, Option<Box<Rule>>),
    Endpoint(usize, Box<Endpoint>),
    /// A key gets another name, and every rule that means it follows.
    Rename {
        on: String,
        from: String,
        to: String,
    },
}

/// Whose types and rules.
#[derive(Clone, Copy)]
enum Place {
    Endpoint(usize),
    Shared(usize),
}

impl Mutant {
    /// The changed spec.
    pub(super) fn apply(&self, spec: &Spec) -> Spec {
        let mut changed = spec.clone();
        match &self.change {
            Change::Type(place, index, def) => types(&mut changed, *place)[*index] = def.clone(),
            Change::Rule(place, index, Some(rule)) => {
                rules(&mut changed, *place)[*index] = (**rule).clone();
            }
            Change::Rule(place, index, None) => {
                rules(&mut changed, *place).remove(*index);
            }
            Change::Endpoint(index, endpoint) => {
                changed.endpoints[*index] = (**endpoint).clone();
            }
            Change::Rename { on, from, to } => rename(spec, &mut changed, on, from, to),
        }
        changed
    }
}

fn types(spec: &mut Spec, place: Place) -> &mut Vec<TypeDef> {
    match place {
        Place::Endpoint(index) => &mut spec.endpoints[index].types,
        Place::Shared(index) => &mut spec.shared[index].types,
    }
}

fn rules(spec: &mut Spec, place: Place) -> &mut Vec<Rule> {
    match place {
        Place::Endpoint(index) => &mut spec.endpoints[index].rules,
        Place::Shared(index) => &mut spec.shared[index].rules,
    }
}

/// Every mutant of the spec, in the order of its files.
pub(super) fn mutants(spec: &Spec) -> Vec<Mutant> {
    let mut all = Mutants { spec, file: String::new(), found: Vec::new() };
    for (index, endpoint) in spec.endpoints.iter().enumerate() {
        all.file.clone_from(&endpoint.file);
        all.endpoint(index, endpoint);
        all.part(Place::Endpoint(index), &endpoint.types, &endpoint.rules);
    }
    // No document of an endpoint shows a type that only a user's page can hold.
    for (index, shared) in spec.shared.iter().enumerate().filter(|(_, it)| !it.unplaced) {
        all.file.clone_from(&shared.file);
        all.part(Place::Shared(index), &shared.types, &shared.rules);
    }
    all.found
}

struct Mutants<'s> {
    spec: &'s Spec,
    file: String,
    found: Vec<Mutant>,
}

/// A value, how it read, and how it reads now.
type Variation<T> = (String, String, T);

impl Mutants<'_> {
    fn push(&mut self, fact: &str, before: &str, after: &str, change: Change) {
        let what = format!("{fact}: {before} -> {after}");
        let is_of_files =
            fact.rsplit_once('.').is_some_and(|(_, word)| matches!(word, "label" | "unordered"));
        self.found.push(Mutant { file: self.file.clone(), what, is_of_files, change });
    }

    fn endpoint(&mut self, index: usize, endpoint: &Endpoint) {
        let is_target = self.is_target(&endpoint.path);
        let has_body = endpoint.request.is_some() || endpoint.response.is_some();
        // The type of a body that is no object is a fact of the endpoint alone.
        let body = endpoint.request.as_ref().filter(|body| body.name().is_none());
        let types = body.map(|body| self.type_variations(&body.ty)).unwrap_or_default();
        let mut push = |fact: &str, before: &str, after: &str, changed: Endpoint| {
            self.push(fact, before, after, Change::Endpoint(index, Box::new(changed)));
        };
        // Where nothing refers to, nothing can be referred to twice.
        if is_target {
            let single_use = !endpoint.single_use;
            let changed = Endpoint { single_use, ..endpoint.clone() };
            push("single_use", &show(&!single_use), &show(&single_use), changed);
        }
        for (at, wrapper) in endpoint.wrappers.iter().enumerate().filter(|_| has_body) {
            let mut changed = endpoint.clone();
            changed.wrappers[at] = format!("{wrapper}x");
            push("wrappers", wrapper, &changed.wrappers[at].clone(), changed);
        }
        if let Some(body) = &endpoint.request {
            push(
                "request",
                &type_name(&body.ty),
                "none",
                Endpoint { request: None, ..endpoint.clone() },
            );
        }
        if let Some(body) = &endpoint.response {
            push(
                "response",
                &type_name(&body.ty),
                "none",
                Endpoint { response: None, ..endpoint.clone() },
            );
        }
        for (before, after, ty) in types {
            let mut changed = endpoint.clone();
            for body in changed.request.iter_mut().chain(&mut changed.response) {
                body.ty = ty.clone();
            }
            push("body", &before, &after, changed);
        }
        // Without a body there is no document to refuse.
        for (before, after, versions) in
            version_variations(&endpoint.versions).into_iter().filter(|_| has_body)
        {
            push("versions", &before, &after, Endpoint { versions, ..endpoint.clone() });
        }
    }

    /// Whether some member refers to objects of this collection.
    fn is_target(&self, path: &str) -> bool {
        self.spec.types().any(|def| {
            let types: Vec<&FieldType> = match def {
                TypeDef::Struct(def) => def.fields.iter().map(|field| &field.ty).collect(),
                TypeDef::Union(def) => {
                    let payloads = def.variants.iter().filter_map(|it| it.payload.as_ref());
                    payloads.map(|payload| &payload.ty).collect()
                }
                TypeDef::Enum(_) => Vec::new(),
            };
            types.iter().any(|ty| matches!(ty.leaf(), FieldType::Ref(target) if target == path))
        })
    }

    fn part(&mut self, place: Place, types: &[TypeDef], rules: &[Rule]) {
        for (index, def) in types.iter().enumerate() {
            match def {
                TypeDef::Struct(def) => self.object(place, index, def),
                TypeDef::Union(def) => self.union(place, index, def),
                TypeDef::Enum(def) => self.words(place, index, def),
            }
        }
        for (index, rule) in rules.iter().enumerate() {
            self.rule(place, index, rule);
        }
    }
}
