//! A key with another name: the rules that mean it follow.

use sps_spec::{Condition, FieldType, Path, Presence, Spec, TypeDef};

/// For each segment of a path the type that it is a member of; empty where none is known.
pub(super) fn owners(spec: &Spec, on: &str, path: &[String]) -> Vec<String> {
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

pub(super) fn rename(spec: &Spec, changed: &mut Spec, on: &str, from: &str, to: &str) {
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
