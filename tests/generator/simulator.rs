//! The simulator's interpreter decides on the small specs as the generated types do: every condition, every presence,
//! every format, and versions on everything that can have them.

#[path = "../it/simulator/twin.rs"]
mod twin;

use std::sync::LazyLock;

use proptest::{prelude::*, sample::Index};
use serde_json::{Value, json};
use sps_model::{
    strategy,
    validate::{Context, Form, Resolver, Version},
};
use sps_sim::body::{Bodies, Mode};
use sps_spec::Spec;

use self::twin::{ResolverWorld, Twin};
use crate::{
    generated::ENDPOINTS,
    mutation::{mutate, mutation},
};

static SPEC: LazyLock<Spec> = LazyLock::new(|| crate::specs::spec(&crate::specs::specs()));

fn twin(path: &str) -> Twin<'static> {
    let endpoint = ENDPOINTS.iter().find(|it| it.path == path).unwrap();
    Twin::new(&SPEC, endpoint.path, endpoint.subject(Form::Request).unwrap())
}

/// Knows too short a password and too odd a room, and someone who uses a vault.
struct Known;

impl Resolver for Known {
    fn exists(&self, path: &str) -> Option<bool> {
        Some(!path.len().is_multiple_of(5))
    }

    fn plain(&self, path: &str) -> Option<&str> {
        ["short", "long enough", "odd-room"].get(path.len() % 4).copied()
    }

    fn used_by(&self, path: &str) -> Option<&str> {
        path.len().is_multiple_of(3).then_some("another")
    }
}

/// Asks in one of the contexts: all of them every time would take seven times as long.
fn agrees(twin: &Twin<'_>, text: &str, turn: Index) -> Result<(), TestCaseError> {
    let plain = Context::default();
    let contexts = [
        plain,
        plain.with_resolver(&Known),
        plain.with_target(Version::new(4, 9, 0, 0)),
        plain.with_target(Version::new(6, 0, 0, 0)),
        plain.with_target(Version::new(6, 1, 0, 0)),
        plain.with_target(Version::new(6, 2, 0, 0)),
        plain.with_target(Version::new(7, 0, 0, 0)),
    ];
    prop_assert_eq!(twin.difference(text, turn.get(&contexts)), None);
    Ok(())
}

macro_rules! bodies {
    ($($module:ident: $ty:ident = $path:literal),* $(,)?) => {$(
        mod $module {
            use crate::$ty;
            use super::*;

            proptest! {
                #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

                #[test]
                fn edited_bodies(
                    body in strategy::valid_json::<$ty>(),
                    edits in [mutation(), mutation(), mutation()],
                    index: Index,
                    turn: Index,
                ) {
                    let mut body = body;
                    agrees(&twin($path), &body.to_string(), turn)?;
                    for edit in &edits {
                        let text = mutate(&body, edit, index);
                        agrees(&twin($path), &text, turn)?;
                        let Ok(edited) = serde_json::from_str(&text) else { break };
                        body = edited;
                    }
                }

                #[test]
                fn near_misses(miss in strategy::near_miss::<$ty>(), turn: Index) {
                    agrees(&twin($path), &miss.body.to_string(), turn)?;
                    let context = Context::default().with_resolver(&miss.passwords);
                    prop_assert_eq!(twin($path).difference(&miss.body.to_string(), &context), None);
                }
            }
        }
    )*};
}

bodies! {
    fields: Fields = "/api/fields",
    forms: Forms = "/api/forms",
    room: Room = "/api/rooms",
    ruled: Ruled = "/api/rules",
    versioned: Versioned = "/api/versions",
    work: WorkOrder = "/api/work",
}

#[test]
fn initial_bodies_are_accepted() {
    for target in [None, Some("6.0"), Some("6.2")] {
        let bodies = Bodies::new(&SPEC, target.map(|it| it.parse().unwrap()));
        for endpoint in &SPEC.endpoints {
            let Some(initial) = bodies.initial(endpoint) else { continue };
            if endpoint.request.is_none() || endpoint.request != endpoint.response {
                continue;
            }
            let read = bodies.read(
                endpoint,
                initial.to_string().as_bytes(),
                Mode::Strict,
                &ResolverWorld(None),
                "",
            );
            assert_eq!(read, Ok(initial), "{}", endpoint.path);
        }
    }
}

#[test]
fn what_a_version_does_not_have_is_dropped_or_unknown() {
    let twin = twin("/api/versions");
    let context = Context::default().with_target(Version::new(6, 1, 0, 0));
    let body = json!({"old": true, "new": true, "between": "a", "choice": {"selection": "a"}});
    let stored = json!({"new": true, "between": "a", "choice": {"selection": "a"}});
    assert_eq!(twin.interpreter(&body.to_string(), Mode::Lenient, &context), Ok(stored));
    let body: Value =
        json!({"new": true, "between": "b", "choice": {"selection": "b", "value": 1}});
    let unknown = |code: &str, pointer: &str| (code.to_owned(), pointer.to_owned());
    assert_eq!(
        twin.interpreter(&body.to_string(), Mode::Lenient, &context),
        Err(vec![
            unknown("not-in-enum", "/between"),
            unknown("unknown-selection", "/choice/selection")
        ])
    );
}

#[test]
fn a_response_makes_up_what_only_responses_have() {
    let bodies = Bodies::new(&SPEC, None);
    let forms = SPEC.endpoint("/api/forms").unwrap();
    let stored = json!({"name": "n", "plain": "a secret"});
    let made_up =
        json!({"created": "2000-01-01T00:00:00Z", "history": [], "last-room": null, "name": "n"});
    assert_eq!(bodies.show(forms, &stored, &ResolverWorld(None), true), made_up);
    let stored = json!({"name": "n", "created": "2024-05-06T07:08:09Z", "history": [{"at": "noon"}], "last-room": "1"});
    let shown = json!({"name": "n", "created": "2024-05-06T07:08:09Z", "history": [{"at": "noon"}],
        "last-room": {"key": "1", "meta": {"href": "/api/rooms/1"}}});
    assert_eq!(bodies.show(forms, &stored, &ResolverWorld(None), true), shown);
}
