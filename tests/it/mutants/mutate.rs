//! Every small change of the spec that ought to change a verdict.

use std::fmt::{Debug, Write as _};

use sps_spec::{
    Condition, Constraint, Endpoint, EndpointKind, Enum, Field, FieldType, Form, Format, Literal,
    Path, Presence, Rule, Severity, Spec, Struct, TypeDef, Union, Version, Versions,
};

/// One changed spec, as the difference to the right one.
pub(super) struct Mutant {
    /// The spec file whose fact is changed.
    pub(super) file: String,
    /// Which fact, its value, and what the mutant has instead.
    pub(super) what: String,
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
    for (index, shared) in spec.shared.iter().enumerate() {
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
        self.found.push(Mutant { file: self.file.clone(), what, change });
    }

    fn endpoint(&mut self, index: usize, endpoint: &Endpoint) {
        let is_target = self.is_target(&endpoint.path);
        let has_body = endpoint.request.is_some() || endpoint.response.is_some();
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
            push("request", body, "none", Endpoint { request: None, ..endpoint.clone() });
        }
        if let Some(body) = &endpoint.response {
            push("response", body, "none", Endpoint { response: None, ..endpoint.clone() });
        }
        for (before, after, versions) in version_variations(&endpoint.versions) {
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

    fn object(&mut self, place: Place, index: usize, def: &Struct) {
        let name = &def.name;
        // Responses keep unknown keys anyway.
        if def.form != Form::Response {
            let open = !def.open;
            let changed = TypeDef::Struct(Struct { open, ..def.clone() });
            let change = Change::Type(place, index, changed);
            self.push(&format!("{name}.open"), &show(&def.open), &show(&open), change);
        }
        for (before, after, versions) in version_variations(&def.versions) {
            let changed = TypeDef::Struct(Struct { versions, ..def.clone() });
            let change = Change::Type(place, index, changed);
            self.push(&format!("{name}.versions"), &before, &after, change);
        }
        for (at, field) in def.fields.iter().enumerate() {
            let fact = format!("{name}.{}", field.name);
            let mut without = def.clone();
            without.fields.remove(at);
            let change = Change::Type(place, index, TypeDef::Struct(without));
            self.push(&fact, "there", "dropped", change);
            self.rename(name, &field.name);
            for (word, before, after, changed) in self.fields(def, field) {
                let mut def = def.clone();
                def.fields[at] = changed;
                let change = Change::Type(place, index, TypeDef::Struct(def));
                self.push(&format!("{fact}.{word}"), &before, &after, change);
            }
        }
    }

    fn rename(&mut self, on: &str, from: &str) {
        let to = format!("{from}x");
        let change = Change::Rename { on: on.to_owned(), from: from.to_owned(), to: to.clone() };
        self.push(&format!("{on}.{from} key"), from, &to, change);
    }

    /// Everything that can be wrong with one field: which word of it, before, after.
    fn fields(&self, def: &Struct, field: &Field) -> Vec<(&'static str, String, String, Field)> {
        let mut all = Vec::new();
        let mut flag = |word, before: bool, changed: Field| {
            all.push((word, show(&before), show(&!before), changed));
        };
        let nullable = !field.nullable;
        flag("nullable", field.nullable, Field { nullable, ..field.clone() });
        let is_enum = matches!(&field.ty, FieldType::Named(name) if matches!(self.spec.type_def(name), Some(TypeDef::Enum(_))));
        // Only a member that is always there can be a tag, says a lint.
        if is_enum && field.presence == Presence::Required && !field.nullable {
            flag("tag", field.tag, Field { tag: !field.tag, ..field.clone() });
        }
        if def.form == Form::Both {
            let toggled =
                Field { response_only: !field.response_only, request_only: false, ..field.clone() };
            flag("response_only", field.response_only, toggled);
            let toggled =
                Field { request_only: !field.request_only, response_only: false, ..field.clone() };
            flag("request_only", field.request_only, toggled);
        }
        for (before, after, ty) in self.type_variations(&field.ty) {
            all.push(("type", before, after, Field { ty, ..field.clone() }));
        }
        for (before, after, constraint) in constraint_variations(&field.constraint) {
            all.push(("constraint", before, after, Field { constraint, ..field.clone() }));
        }
        for (before, after, presence) in self.presences(&def.name, &field.presence) {
            all.push(("presence", before, after, Field { presence, ..field.clone() }));
        }
        for (before, after, versions) in version_variations(&field.versions) {
            all.push(("versions", before, after, Field { versions, ..field.clone() }));
        }
        all
    }

    fn presences(&self, on: &str, presence: &Presence) -> Vec<Variation<Presence>> {
        let words = |presence: &Presence| match presence {
            Presence::Required => "required".to_owned(),
            Presence::Optional => "optional".to_owned(),
            Presence::When(condition) => format!("when {}", in_words(condition)),
        };
        let plain =
            [Presence::Required, Presence::Optional].into_iter().filter(|it| it != presence);
        let mut all: Vec<_> = plain.map(|it| (words(presence), words(&it), it)).collect();
        if let Presence::When(condition) = presence {
            let changed = self.variations(on, condition, true).into_iter();
            all.extend(changed.map(|(before, after, it)| (before, after, Presence::When(it))));
        }
        all
    }

    fn type_variations(&self, ty: &FieldType) -> Vec<Variation<FieldType>> {
        use FieldType as T;
        let mut all = Vec::new();
        let mut to = |it: FieldType| all.push((type_name(ty), type_name(&it), it));
        match ty {
            T::Bool | T::Int => {
                to(T::Any);
                to(T::String);
            }
            T::String => {
                to(T::Any);
                to(T::Int);
            }
            T::Named(_) => to(T::Any),
            T::Any => to(T::String),
            T::Ref(path) => {
                to(T::String);
                to(T::Any);
                let is_other =
                    |it: &&Endpoint| it.kind == EndpointKind::Collection && it.path != *path;
                let other = self.spec.endpoints.iter().find(is_other);
                if let Some(other) = other {
                    to(T::Ref(other.path.clone()));
                }
            }
            T::List(inner) => {
                to((**inner).clone());
                to(T::Array(inner.clone(), 1));
            }
            T::Array(inner, length) => {
                to(T::Array(inner.clone(), length + 1));
                to(T::Array(inner.clone(), length.saturating_sub(1)));
                to(T::List(inner.clone()));
            }
            T::Map(inner) => to((**inner).clone()),
        }
        let inside: fn(Box<FieldType>, &FieldType) -> FieldType = match ty {
            T::List(_) => |inner, _| T::List(inner),
            T::Array(..) => |inner, ty| match ty {
                T::Array(_, length) => T::Array(inner, *length),
                _ => T::List(inner),
            },
            T::Map(_) => |inner, _| T::Map(inner),
            _ => return all,
        };
        if let T::List(inner) | T::Array(inner, _) | T::Map(inner) = ty {
            let inner = self.type_variations(inner).into_iter().map(|(_, _, it)| it);
            all.extend(
                inner
                    .map(|it| inside(Box::new(it), ty))
                    .map(|it| (type_name(ty), type_name(&it), it)),
            );
        }
        all
    }

    fn union(&mut self, place: Place, index: usize, def: &Union) {
        let name = &def.name;
        self.rename(name, &def.tag);
        self.rename(name, &def.content);
        let mut all: Vec<(String, String, String, Union)> = Vec::new();
        let changed = |at: usize, variant: sps_spec::Variant| {
            let mut changed = def.clone();
            changed.variants[at] = variant;
            changed
        };
        for (at, variant) in def.variants.iter().enumerate() {
            let fact = format!("{name}.{}", variant.value);
            let mut without = def.clone();
            without.variants.remove(at);
            all.push((fact.clone(), "there".to_owned(), "dropped".to_owned(), without));
            let value = format!("{}x", variant.value);
            let renamed = sps_spec::Variant { value: value.clone(), ..variant.clone() };
            all.push((format!("{fact} word"), variant.value.clone(), value, changed(at, renamed)));
            for (before, after, versions) in version_variations(&variant.versions) {
                let it = sps_spec::Variant { versions, ..variant.clone() };
                all.push((format!("{fact}.versions"), before, after, changed(at, it)));
            }
            for (other, second) in def.variants.iter().enumerate().skip(at + 1) {
                let mut swapped = def.clone();
                swapped.variants[at].value.clone_from(&second.value);
                swapped.variants[other].value.clone_from(&variant.value);
                let (before, after) = (variant.value.clone(), second.value.clone());
                all.push((
                    format!("{fact} and {after}"),
                    before,
                    format!("{after}, swapped"),
                    swapped,
                ));
            }
            let Some(payload) = &variant.payload else { continue };
            let mut push =
                |word: &str, before: String, after: String, payload: Option<sps_spec::Payload>| {
                    let it = sps_spec::Variant { payload, ..variant.clone() };
                    all.push((format!("{fact}.{word}"), before, after, changed(at, it)));
                };
            push("content", type_name(&payload.ty), "none".to_owned(), None);
            for (before, after, ty) in self.type_variations(&payload.ty) {
                push("type", before, after, Some(sps_spec::Payload { ty, ..payload.clone() }));
            }
            for (before, after, constraint) in constraint_variations(&payload.constraint) {
                push(
                    "constraint",
                    before,
                    after,
                    Some(sps_spec::Payload { constraint, ..payload.clone() }),
                );
            }
        }
        for (fact, before, after, changed) in all {
            let change = Change::Type(place, index, TypeDef::Union(changed));
            self.push(&fact, &before, &after, change);
        }
    }

    fn words(&mut self, place: Place, index: usize, def: &Enum) {
        let mut push = |fact: &str, before: &str, after: &str, changed: Enum| {
            self.push(fact, before, after, Change::Type(place, index, TypeDef::Enum(changed)));
        };
        for (at, value) in def.values.iter().enumerate() {
            let fact = format!("{}.{}", def.name, value.value);
            let mut without = def.clone();
            without.values.remove(at);
            push(&fact, "there", "dropped", without);
            let mut renamed = def.clone();
            renamed.values[at].value.push('x');
            push(&format!("{fact} word"), &value.value, &renamed.values[at].value.clone(), renamed);
            for (alias, word) in value.aliases.iter().enumerate() {
                let mut without = def.clone();
                without.values[at].aliases.remove(alias);
                push(&format!("{fact}.aliases"), word, "dropped", without);
                let mut renamed = def.clone();
                renamed.values[at].aliases[alias].push('x');
                push(&format!("{fact}.aliases"), word, &format!("{word}x"), renamed);
            }
            for (before, after, versions) in version_variations(&value.versions) {
                let mut changed = def.clone();
                changed.values[at].versions = versions;
                push(&format!("{fact}.versions"), &before, &after, changed);
            }
        }
    }

    fn rule(&mut self, place: Place, index: usize, rule: &Rule) {
        let fact = format!("rule {} at {}.{}", rule.code, rule.on, rule.target.join("."));
        self.push(&fact, "there", "dropped", Change::Rule(place, index, None));
        let mut all: Vec<(&str, String, String, Rule)> = Vec::new();
        let other = match rule.severity {
            Severity::Warning => Severity::Error,
            Severity::Error => Severity::Warning,
        };
        all.push((
            "severity",
            show(&rule.severity),
            show(&other),
            Rule { severity: other, ..rule.clone() },
        ));
        if let Some(other) = self.spec.codes.iter().find(|it| it.code != rule.code) {
            let code = other.code.clone();
            all.push(("code", rule.code.clone(), code.clone(), Rule { code, ..rule.clone() }));
        }
        for target in self.targets(rule) {
            let (before, after) = (rule.target.join("."), target.join("."));
            all.push(("target", before, after, Rule { target, ..rule.clone() }));
        }
        if let Some(when) = &rule.when {
            all.push((
                "when",
                in_words(when),
                "always".to_owned(),
                Rule { when: None, ..rule.clone() },
            ));
            for (before, after, when) in self.variations(&rule.on, when, true) {
                all.push(("when", before, after, Rule { when: Some(when), ..rule.clone() }));
            }
        }
        for (before, after, holds) in self.variations(&rule.on, &rule.holds, true) {
            all.push(("holds", before, after, Rule { holds, ..rule.clone() }));
        }
        for (before, after, versions) in version_variations(&rule.versions) {
            all.push(("versions", before, after, Rule { versions, ..rule.clone() }));
        }
        for (word, before, after, changed) in all {
            let change = Change::Rule(place, index, Some(Box::new(changed)));
            self.push(&format!("{fact}, {word}"), &before, &after, change);
        }
    }

    /// Other members that could be blamed: the parent, the other inputs, a member beside it.
    fn targets(&self, rule: &Rule) -> Vec<Path> {
        let (last, parent) = rule.target.split_last().expect("a rule has a target");
        let mut targets = vec![parent.to_vec()];
        let inputs = rule.when.iter().chain([&rule.holds]).flat_map(Condition::inputs);
        targets.extend(inputs.cloned());
        if let Some(TypeDef::Struct(def)) = self.spec.type_def(&rule.on)
            && parent.is_empty()
        {
            let beside = def.fields.iter().find(|field| field.name != *last);
            targets.extend(beside.map(|field| vec![field.name.clone()]));
        }
        targets.sort();
        targets.dedup();
        targets.retain(|target| *target != rule.target);
        targets
    }

    /// Every condition that differs from this one in one thing.
    fn variations(
        &self,
        on: &str,
        condition: &Condition,
        negate: bool,
    ) -> Vec<Variation<Condition>> {
        use Condition as P;
        let mut all = Vec::new();
        let mut to = |it: Condition| all.push((in_words(condition), in_words(&it), it));
        let is_whole = matches!(condition, P::Referent(..) | P::Custom { .. });
        if negate && !is_whole {
            to(match condition {
                P::Not(inner) => (**inner).clone(),
                other => P::Not(Box::new(other.clone())),
            });
        }
        match condition {
            P::Equals(path, Literal::Str(word)) => {
                let others = self.words_of(on, path).into_iter().filter(|it| it != word);
                others.for_each(|it| to(P::Equals(path.clone(), Literal::Str(it))));
            }
            P::Equals(path, Literal::Int(value)) => {
                for value in [value - 1, value + 1] {
                    to(P::Equals(path.clone(), Literal::Int(value)));
                }
            }
            P::Equals(_, Literal::Bool(_))
            | P::Present(_)
            | P::Absent(_)
            | P::Null(_)
            | P::Hex(_) => {}
            P::In(path, literals) => {
                for at in 0..literals.len() {
                    let mut fewer = literals.clone();
                    fewer.remove(at);
                    to(P::In(path.clone(), fewer));
                }
                for word in self.words_of(on, path) {
                    let word = Literal::Str(word);
                    if !literals.contains(&word) {
                        to(P::In(path.clone(), [literals.as_slice(), &[word]].concat()));
                    }
                }
            }
            P::All(parts) | P::Any(parts) => {
                let is_all = matches!(condition, P::All(_));
                let same = |parts| if is_all { P::All(parts) } else { P::Any(parts) };
                if parts.len() > 1 {
                    to(if is_all { P::Any(parts.clone()) } else { P::All(parts.clone()) });
                    for at in 0..parts.len() {
                        let mut fewer = parts.clone();
                        fewer.remove(at);
                        to(same(fewer));
                    }
                }
                for (at, part) in parts.iter().enumerate() {
                    for (_, _, it) in self.variations(on, part, true) {
                        let mut parts = parts.clone();
                        parts[at] = it;
                        to(same(parts));
                    }
                }
            }
            P::Not(inner) => {
                for (_, _, it) in self.variations(on, inner, false) {
                    to(P::Not(Box::new(it)));
                }
            }
            P::Length { path, min, max } => {
                for (min, max) in bounds(*min, *max, 0) {
                    to(P::Length { path: path.clone(), min, max });
                }
            }
            P::HexLength { path, min, max } => {
                for (min, max) in bounds(*min, *max, 0) {
                    to(P::HexLength { path: path.clone(), min, max });
                }
            }
            P::Range { path, min, max } => {
                for (min, max) in bounds(*min, *max, i64::MIN) {
                    to(P::Range { path: path.clone(), min, max });
                }
            }
            P::Charset { path, chars } => {
                let mut listed: Vec<char> = chars.chars().collect();
                listed.sort_unstable();
                listed.dedup();
                for character in &listed {
                    let fewer = chars.replace(*character, "");
                    to(P::Charset { path: path.clone(), chars: fewer });
                }
                let punctuation = (' '..='~').filter(|it| !it.is_ascii_alphanumeric());
                for character in
                    punctuation.chain(['\t', '\u{e9}']).filter(|it| !listed.contains(it))
                {
                    to(P::Charset { path: path.clone(), chars: format!("{chars}{character}") });
                }
            }
            P::Format { path, format } => {
                for format in Format::ALL.into_iter().filter(|it| it != format) {
                    to(P::Format { path: path.clone(), format });
                }
            }
            P::Referent(path, inner) => {
                for (_, _, it) in self.variations(on, inner, true) {
                    to(P::Referent(path.clone(), Box::new(it)));
                }
            }
            P::Custom { name, inputs } => {
                for (other, _) in self.spec.custom_predicates() {
                    if other != name {
                        to(P::Custom { name: other.to_owned(), inputs: inputs.clone() });
                    }
                }
            }
        }
        all
    }

    /// The words that may be at a path, if there is a list of them.
    fn words_of(&self, on: &str, path: &[String]) -> Vec<String> {
        let owner = owners(self.spec, on, path).pop().unwrap_or_default();
        let last = path.last().map_or("", String::as_str);
        match self.spec.type_def(&owner) {
            Some(TypeDef::Union(union)) if union.tag == last => {
                union.variants.iter().map(|variant| variant.value.clone()).collect()
            }
            Some(TypeDef::Struct(def)) => match def.field(last).map(|field| &field.ty) {
                Some(FieldType::Named(name)) => match self.spec.type_def(name) {
                    Some(TypeDef::Enum(def)) => {
                        def.values.iter().map(|it| it.value.clone()).collect()
                    }
                    _ => Vec::new(),
                },
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }
}

/// For each segment of a path the type that it is a member of; empty where none is known.
fn owners(spec: &Spec, on: &str, path: &[String]) -> Vec<String> {
    let mut owner = on.to_owned();
    let mut owners = Vec::new();
    for segment in path {
        owners.push(owner.clone());
        owner = match spec.type_def(&owner) {
            Some(TypeDef::Struct(def)) => match def.field(segment).map(|field| &field.ty) {
                Some(FieldType::Named(name)) => name.clone(),
                _ => String::new(),
            },
            _ => String::new(),
        };
    }
    owners
}

fn rename(spec: &Spec, changed: &mut Spec, on: &str, from: &str, to: &str) {
    let follow = |start: &str, path: &mut Path| {
        for (segment, owner) in path.clone().iter().enumerate().zip(owners(spec, start, path)) {
            if owner == on && segment.1 == from {
                to.clone_into(&mut path[segment.0]);
            }
        }
    };
    let parts = changed.endpoints.iter_mut().map(|it| (&mut it.types, &mut it.rules));
    let shared = changed.shared.iter_mut().map(|it| (&mut it.types, &mut it.rules));
    for (types, rules) in parts.chain(shared) {
        for rule in rules {
            follow(&rule.on, &mut rule.target);
            for condition in rule.when.iter_mut().chain([&mut rule.holds]) {
                visit_paths(condition, &mut |path| follow(&rule.on, path));
            }
        }
        for def in types {
            match def {
                TypeDef::Struct(def) => {
                    for field in &mut def.fields {
                        if let Presence::When(condition) = &mut field.presence {
                            visit_paths(condition, &mut |path| follow(&def.name, path));
                        }
                        if def.name == on && field.name == from {
                            to.clone_into(&mut field.name);
                        }
                    }
                }
                TypeDef::Union(def) if def.name == on => {
                    for key in [&mut def.tag, &mut def.content] {
                        if key == from {
                            to.clone_into(key);
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

fn visit_paths(condition: &mut Condition, visit: &mut impl FnMut(&mut Path)) {
    use Condition as P;
    match condition {
        P::Equals(path, _)
        | P::In(path, _)
        | P::Present(path)
        | P::Absent(path)
        | P::Null(path)
        | P::Hex(path)
        | P::Referent(path, _)
        | P::Length { path, .. }
        | P::Charset { path, .. }
        | P::HexLength { path, .. }
        | P::Range { path, .. }
        | P::Format { path, .. } => visit(path),
        P::All(parts) | P::Any(parts) => parts.iter_mut().for_each(|it| visit_paths(it, visit)),
        P::Not(inner) => visit_paths(inner, visit),
        P::Custom { inputs, .. } => inputs.iter_mut().for_each(visit),
    }
}

/// Both bounds moved by one either way, and taken away; none falls below `least`.
fn bounds<T: Bound>(min: Option<T>, max: Option<T>, least: T) -> Vec<(Option<T>, Option<T>)> {
    let moved = |bound: Option<T>| {
        let down = bound.filter(|bound| *bound > least).map(|bound| Some(bound.moved(false)));
        let up = bound.map(|bound| Some(bound.moved(true)));
        down.into_iter().chain(up).chain(bound.map(|_| None))
    };
    moved(min).map(|it| (it, max)).chain(moved(max).map(|it| (min, it))).collect()
}

trait Bound: Copy + PartialOrd {
    fn moved(self, up: bool) -> Self;
}

impl Bound for u64 {
    fn moved(self, up: bool) -> Self {
        if up { self + 1 } else { self - 1 }
    }
}

impl Bound for i64 {
    fn moved(self, up: bool) -> Self {
        if up { self + 1 } else { self - 1 }
    }
}

fn constraint_variations(it: &Constraint) -> Vec<Variation<Constraint>> {
    let mut all = Vec::new();
    let shown = |it: &Constraint| {
        let mut text = String::new();
        let number = |it: Option<u64>| it.map(|it| it.to_string());
        let facts = [
            ("minimum", it.minimum.map(|it| it.to_string())),
            ("maximum", it.maximum.map(|it| it.to_string())),
            ("min_length", number(it.min_length)),
            ("max_length", number(it.max_length)),
        ];
        for (word, bound) in facts {
            if let Some(bound) = bound {
                write!(text, "{word} {bound} ").unwrap();
            }
        }
        text.push_str(it.format.map_or("", Format::name));
        if text.is_empty() { "none".to_owned() } else { text.trim_end().to_owned() }
    };
    let mut to = |changed: Constraint| all.push((shown(it), shown(&changed), changed));
    for (minimum, maximum) in bounds(it.minimum, it.maximum, i64::MIN) {
        to(Constraint { minimum, maximum, ..it.clone() });
    }
    for (min_length, max_length) in bounds(it.min_length, it.max_length, 0) {
        to(Constraint { min_length, max_length, ..it.clone() });
    }
    if it.format.is_some() {
        to(Constraint { format: None, ..it.clone() });
        for format in Format::ALL.into_iter().filter(|format| it.format != Some(*format)) {
            to(Constraint { format: Some(format), ..it.clone() });
        }
    }
    all
}

fn version_variations(it: &Versions) -> Vec<Variation<Versions>> {
    let mut all = Vec::new();
    let shown = |it: &Versions| {
        let word = |version: &Option<Version>| {
            version.as_ref().map_or_else(|| "any".to_owned(), ToString::to_string)
        };
        format!("since {} until {}", word(&it.since), word(&it.until))
    };
    let mut to = |changed: Versions| all.push((shown(it), shown(&changed), changed));
    let moved = |version: &Version, up: bool| {
        let mut numbers = version.numbers().to_vec();
        match numbers.iter().rposition(|number| up || *number > 0) {
            Some(at) if up => numbers[at] += 1,
            Some(at) => numbers[at] -= 1,
            None => {}
        }
        Version::new(numbers)
    };
    if let Some(since) = &it.since {
        for since in [None, Some(moved(since, true)), Some(moved(since, false))] {
            to(Versions { since, ..it.clone() });
        }
    }
    if let Some(until) = &it.until {
        for until in [None, Some(moved(until, true)), Some(moved(until, false))] {
            to(Versions { until, ..it.clone() });
        }
    }
    all
}

fn show(value: &impl Debug) -> String {
    format!("{value:?}").to_lowercase()
}

fn type_name(ty: &FieldType) -> String {
    match ty {
        FieldType::Bool => "bool".to_owned(),
        FieldType::Int => "int".to_owned(),
        FieldType::String => "string".to_owned(),
        FieldType::Any => "any".to_owned(),
        FieldType::Named(name) => name.clone(),
        FieldType::Ref(path) => format!("ref to {path}"),
        FieldType::List(inner) => format!("[{}]", type_name(inner)),
        FieldType::Array(inner, length) => format!("[{}; {length}]", type_name(inner)),
        FieldType::Map(inner) => format!("{{{}}}", type_name(inner)),
    }
}

/// A condition as a spec file says it, more or less.
fn in_words(condition: &Condition) -> String {
    use Condition as P;
    let literal = |it: &Literal| match it {
        Literal::Bool(value) => value.to_string(),
        Literal::Int(value) => value.to_string(),
        Literal::Str(value) => format!("\"{value}\""),
    };
    let list = |parts: &[Condition]| parts.iter().map(in_words).collect::<Vec<_>>().join(", ");
    let bounds = |word: &str, path: &Path, min: Option<String>, max: Option<String>| {
        let or_any = |bound: Option<String>| bound.unwrap_or_else(|| "any".to_owned());
        format!("{word} {} min {} max {}", path.join("."), or_any(min), or_any(max))
    };
    let number = |it: &Option<u64>| it.map(|it| it.to_string());
    match condition {
        P::Equals(path, value) => format!("{} = {}", path.join("."), literal(value)),
        P::In(path, values) => {
            let values: Vec<_> = values.iter().map(literal).collect();
            format!("{} in [{}]", path.join("."), values.join(", "))
        }
        P::Present(path) => format!("present {}", path.join(".")),
        P::Absent(path) => format!("absent {}", path.join(".")),
        P::Null(path) => format!("null {}", path.join(".")),
        P::All(parts) => format!("all [{}]", list(parts)),
        P::Any(parts) => format!("any [{}]", list(parts)),
        P::Not(inner) => format!("not {}", in_words(inner)),
        P::Length { path, min, max } => bounds("length", path, number(min), number(max)),
        P::HexLength { path, min, max } => bounds("hex_length", path, number(min), number(max)),
        P::Range { path, min, max } => {
            bounds("range", path, min.map(|it| it.to_string()), max.map(|it| it.to_string()))
        }
        P::Charset { path, chars } => format!("charset {} {chars:?}", path.join(".")),
        P::Hex(path) => format!("hex {}", path.join(".")),
        P::Format { path, format } => format!("format {} {}", path.join("."), format.name()),
        P::Referent(path, inner) => format!("referent {}: {}", path.join("."), in_words(inner)),
        P::Custom { name, inputs } => {
            let inputs: Vec<_> = inputs.iter().map(|path| path.join(".")).collect();
            format!("custom {name}({})", inputs.join(", "))
        }
    }
}
