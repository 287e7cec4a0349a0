//! What versions of the product added and removed.

use std::fmt::Write as _;

use sps_spec::{Endpoint, Spec, TypeDef, Version, Versions};

use super::walk::{Member, Walk};

/// Something that an endpoint got or lost after some version.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// What it is.
    pub part: Changed,
    /// Where it is in a body, as a pointer with `*` for any element; empty for what is in no body.
    pub pointer: String,
    /// Its name: a word, a rule's code, the last segment of an address; empty for the endpoint and a member.
    pub name: String,
    /// Versions that have it.
    pub versions: Versions,
}

impl Change {
    /// The first version with it, if it came after `version`; otherwise it was removed.
    pub fn added_after(&self, version: &Version) -> Option<&Version> {
        self.versions.since.as_ref().filter(|since| *since > version)
    }

    /// What it is, in a few words for readers.
    pub fn what(&self) -> String {
        let Self { part, pointer, name, .. } = self;
        match part {
            Changed::Endpoint => "the endpoint".to_owned(),
            Changed::Part => format!("/ID/{name}"),
            Changed::Member => pointer.clone(),
            Changed::Word => format!("{pointer} = {name}"),
            Changed::Rule => format!("{pointer}: {name}"),
        }
    }

    /// Which versions have it, in words.
    pub fn when(&self) -> String {
        super::prose::versions(&self.versions).unwrap_or_default()
    }
}

/// What a [`Change`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Changed {
    /// The endpoint.
    Endpoint,
    /// An address below each of its objects.
    Part,
    /// A member of a body.
    Member,
    /// A value of an enum, or of the tag of a union.
    Word,
    /// A rule.
    Rule,
}

impl Changed {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Endpoint => "endpoint",
            Self::Part => "address",
            Self::Member => "member",
            Self::Word => "value",
            Self::Rule => "rule",
        }
    }
}

/// What the endpoint got or lost after this version, the endpoint itself first.
pub fn changes_since(spec: &Spec, endpoint: &Endpoint, version: &Version) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut add = |part, pointer: &str, name: &str, versions: &Versions| {
        let added = versions.since.as_ref().is_some_and(|since| since > version);
        let removed = versions.until.as_ref().is_some_and(|until| until >= version);
        let change = Change {
            part,
            pointer: pointer.to_owned(),
            name: name.to_owned(),
            versions: versions.clone(),
        };
        if (added || removed) && !changes.contains(&change) {
            changes.push(change);
        }
    };
    add(Changed::Endpoint, "", "", &endpoint.versions);
    for part in &endpoint.parts {
        add(Changed::Part, "", &part.name, &part.versions);
    }
    let walk = Walk::both(spec, endpoint);
    for (pointer, member) in &walk.members {
        match member {
            Member::Field(field) => add(Changed::Member, pointer, "", &field.versions),
            Member::Tag(union) => {
                for variant in &union.variants {
                    add(Changed::Word, pointer, &variant.value, &variant.versions);
                }
            }
            Member::Content(_) => {}
        }
    }
    for (pointer, def) in &walk.types {
        if let TypeDef::Enum(it) = def {
            for value in &it.values {
                add(Changed::Word, pointer, &value.value, &value.versions);
            }
        }
        for rule in spec.rules_on(def.name()) {
            let target =
                rule.target.iter().fold(pointer.clone(), |at, it| super::walk::below(&at, it));
            add(Changed::Rule, &target, &rule.code, &rule.versions);
        }
    }
    changes
}

/// The endpoints that changed after this version: for each a line, and below it a line for each thing that was added (`+`)
/// or removed (`-`).
pub fn changes(spec: &Spec, version: &Version) -> String {
    let mut out = String::new();
    for endpoint in &spec.endpoints {
        let changes = changes_since(spec, endpoint, version);
        if changes.is_empty() {
            continue;
        }
        writeln!(out, "{}", endpoint.short_path()).expect("writing to a string cannot fail");
        let lines: Vec<(String, String)> = changes.iter().map(|it| line(it, version)).collect();
        let width = lines.iter().map(|(what, _)| what.len()).max().unwrap_or(0);
        for (what, when) in lines {
            writeln!(out, "  {what:width$}  {when}").expect("writing to a string cannot fail");
        }
    }
    out
}

fn line(change: &Change, version: &Version) -> (String, String) {
    let sign = if change.added_after(version).is_some() { '+' } else { '-' };
    (format!("{sign} {}", change.what()), change.when())
}
