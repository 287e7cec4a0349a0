//! The spec as one version of the product has it.

use std::collections::HashSet;

use crate::{
    endpoint::Spec,
    reach::reached,
    rule::Rule,
    types::{FieldType, TypeDef},
    version::{Version, Versions},
};

impl Spec {
    /// What this version has, and nothing else: endpoints, members, words, variants and rules of other versions are left
    /// out, and what stays has no versions of its own.
    ///
    /// ```
    /// # #[cfg(feature = "embedded")] {
    /// let spec = sps_spec::Spec::embedded();
    /// let old = spec.at(&"6.2.0".parse().unwrap());
    /// let method = |spec: &sps_spec::Spec| match spec.type_def("UserInfo") {
    ///     Some(sps_spec::TypeDef::Struct(it)) => it.field("login_method").is_some(),
    ///     _ => false,
    /// };
    /// assert!(method(&spec) && !method(&old));
    /// # }
    /// ```
    #[must_use]
    pub fn at(&self, version: &Version) -> Self {
        let mut spec = self.clone();
        spec.endpoints.retain(|it| it.versions.contains(version));
        let has = |versions: &mut Versions| {
            let has = versions.contains(version);
            *versions = Versions::default();
            has
        };
        for it in &mut spec.endpoints {
            it.versions = Versions::default();
            it.parts.retain_mut(|part| has(&mut part.versions));
        }
        for types in spec.type_lists_mut() {
            types.retain_mut(|def| match def {
                TypeDef::Struct(it) => {
                    it.fields.retain_mut(|field| has(&mut field.versions));
                    has(&mut it.versions)
                }
                TypeDef::Union(it) => {
                    it.variants.retain_mut(|variant| has(&mut variant.versions));
                    has(&mut it.versions)
                }
                TypeDef::Enum(it) => {
                    it.values.retain_mut(|value| has(&mut value.versions));
                    has(&mut it.versions)
                }
            });
        }
        spec.drop_dangling();
        spec.drop_unreached();
        spec.drop_rules(version);
        spec
    }

    /// Leaves out members whose type, or whose target, this version does not have.
    fn drop_dangling(&mut self) {
        let types: HashSet<String> = self.types().map(|def| def.name().to_owned()).collect();
        let paths: HashSet<String> = self.endpoints.iter().map(|it| it.path.clone()).collect();
        let is_there = |ty: &FieldType| match ty.leaf() {
            FieldType::Named(name) => types.contains(name),
            // What follows `#` is the part of an object that the reference leads to.
            FieldType::Ref(path) => path.split('#').next().is_some_and(|path| paths.contains(path)),
            _ => true,
        };
        for def in self.types_mut() {
            match def {
                TypeDef::Struct(it) => it.fields.retain(|field| is_there(&field.ty)),
                TypeDef::Union(it) => it
                    .variants
                    .retain(|it| it.payload.as_ref().is_none_or(|payload| is_there(&payload.ty))),
                TypeDef::Enum(_) => {}
            }
        }
    }

    /// Leaves out types that no body holds any more.
    fn drop_unreached(&mut self) {
        let used: HashSet<String> = {
            let reached = reached(self);
            reached.requests.union(&reached.responses).map(|name| (*name).to_owned()).collect()
        };
        for types in self.type_lists_mut() {
            types.retain(|def| used.contains(def.name()));
        }
    }

    /// Leaves out rules of other versions, and of members that are gone; a severity is that of the version.
    fn drop_rules(&mut self, version: &Version) {
        let members: HashSet<(String, String)> = self
            .types()
            .filter_map(|def| match def {
                TypeDef::Struct(it) => Some(it),
                _ => None,
            })
            .flat_map(|it| it.fields.iter().map(|field| (it.name.clone(), field.name.clone())))
            .collect();
        let stays = |rule: &mut Rule| {
            let applies = rule.versions.contains(version);
            rule.severity = rule.severity_for(Some(version));
            rule.error_since = None;
            rule.versions = Versions::default();
            let first = rule.target.first().cloned().unwrap_or_default();
            applies && members.contains(&(rule.on.clone(), first))
        };
        let own = self.endpoints.iter_mut().map(|it| &mut it.rules);
        for rules in own.chain(self.shared.iter_mut().map(|it| &mut it.rules)) {
            rules.retain_mut(stays);
        }
    }
}
