//! Changes of rules and of their conditions.

use sps_spec::{Condition, FieldType, Format, Literal, Path, Rule, Severity, TypeDef, Versions};

use super::{
    Change, Mutants, Place, Variation,
    facts::{bounds, version_variations},
    rename::owners,
    text::{in_words, show},
};

impl Mutants<'_> {
    pub(super) fn rule(&mut self, place: Place, index: usize, rule: &Rule) {
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
        let error = Versions { since: rule.error_since.clone(), until: None };
        for (before, after, error) in version_variations(&error) {
            let changed = Rule { error_since: error.since, ..rule.clone() };
            all.push(("error_since", before, after, changed));
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
    pub(super) fn variations(
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
