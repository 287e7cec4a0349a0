//! The schemas of the small specs decide as the generated types do: every condition, every presence, every format.

#[path = "../it/schema/comparison.rs"]
mod comparison;

use std::sync::LazyLock;

use proptest::{prelude::*, sample::Index};
use serde_json::{Value, json};
use sps_model::{
    strategy,
    validate::{Context, Form},
};
use sps_spec::Spec;

use self::comparison::Comparison;
use crate::{
    generated::ENDPOINTS,
    mutation::{TEXTS, mutate, mutation},
};

static SPEC: LazyLock<Spec> = LazyLock::new(|| crate::specs::spec(&crate::specs::specs()));

fn compare(path: &str, form: Form) -> Comparison {
    let endpoint = ENDPOINTS.iter().find(|it| it.path == path).unwrap();
    Comparison::new(&SPEC, path, endpoint.subject(form).unwrap())
}

macro_rules! bodies {
    ($($module:ident: $ty:ident = $path:literal $form:ident),* $(,)?) => {$(
        mod $module {
            use crate::$ty;
            use super::*;

            static COMPARISON: LazyLock<Comparison> = LazyLock::new(|| compare($path, Form::$form));

            proptest! {
                #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

                #[test]
                fn edited_bodies(
                    request in strategy::valid_json::<$ty>(),
                    response in strategy::response_json::<$ty>(),
                    edits in [mutation(), mutation()],
                    index: Index,
                ) {
                    let body = if COMPARISON.is_response() { response } else { request };
                    let context = Context::default();
                    COMPARISON.agrees(&body.to_string(), &context)?;
                    let once = mutate(&body, &edits[0], index);
                    COMPARISON.agrees(&once, &context)?;
                    if let Ok(once) = serde_json::from_str::<Value>(&once) {
                        COMPARISON.agrees(&mutate(&once, &edits[1], index), &context)?;
                    }
                }

                #[test]
                fn near_misses(miss in strategy::near_miss::<$ty>()) {
                    COMPARISON.agrees(&miss.body.to_string(), &Context::default())?;
                }
            }
        }
    )*};
}

bodies! {
    fields: Fields = "/api/fields" Request,
    fields_response: Fields = "/api/fields" Response,
    forms: Forms = "/api/forms" Request,
    forms_response: Forms = "/api/forms" Response,
    room: Room = "/api/rooms" Request,
    room_response: Room = "/api/rooms" Response,
    ruled: Ruled = "/api/rules" Request,
    ruled_response: Ruled = "/api/rules" Response,
    versioned: Versioned = "/api/versions" Request,
    versioned_response: Versioned = "/api/versions" Response,
    work_order: WorkOrder = "/api/work" Request,
    work_state_response: WorkState = "/api/work" Response,
    state_response: State = "/api/state" Response,
}

/// The one known difference that no endpoint of the real spec shows.
#[test]
fn a_check_written_by_hand_is_no_part_of_a_schema() {
    let body = json!({"flag": true, "count": 3, "mode": "fast", "text": "abc", "hex": "0x00000000",
        "optional": "o", "nullable": "n", "mood": true, "score": 3, "inner": {"on": true}, "choice": {"selection": "number", "value": 1},
        "choices": null, "vault": "v", "room": null, "switched": "s"});
    let differences =
        compare("/api/rules", Form::Request).differences(&body.to_string(), &Context::default());
    assert_eq!(differences, ["custom"]);
}

/// A body of every type.
fn fields() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/sps-model/src/strategy/ca.pem");
    let certificate = std::fs::read_to_string(path).unwrap();
    let inner =
        json!({"mode": "slow", "nullable": null, "with-hyphen": "h", "kept": true, "secret": null});
    json!({
        "bool": true, "natural": 0, "integer": -1, "free": 0, "string": "", "short": "ab", "any": null,
        "word": "slow", "inner": inner, "choice": {"selection": "nothing"}, "vault": "v", "list": ["a"],
        "pairs": [[0, 9]], "map": {}, "deep": {}, "inners": [], "email": "a@b", "address": "::", "name": "a.b",
        "time": "0:00", "date": "2024-05-06T07:08:09Z", "token": "t", "certificate": certificate,
    })
}

#[test]
fn texts_at_the_edge_of_a_format_have_one_verdict() {
    let comparison = compare("/api/fields", Form::Request);
    let context = Context::default();
    comparison.agrees(&fields().to_string(), &context).unwrap();
    assert_eq!(comparison.differences(&fields().to_string(), &context), [""; 0]);
    let more = [
        "",
        "0:00",
        "00:00",
        "09:59",
        "9:60",
        "19:5",
        "29:00",
        "20:000",
        "023:00",
        "23:59\n",
        "8.00",
        "-1:00",
        "2024-13-01T00:00:00Z",
        "2023-02-29T00:00:00Z",
        "2024-01-00T00:00:00Z",
        "2024-01-01T24:00:00Z",
        "2024-01-01T00:60:00Z",
        "2024-01-01T00:00:61Z",
        "2024-01-01T00:00:00.Z",
        "2024-01-01T00:00:00+24:00",
        "2024-01-01T00:00:00+0000",
        "2024-01-01 00:00:00Z",
        "2024-01-01T00:00:00",
        "2016-12-31T22:59:60-01:00",
        "\u{2029}",
        "\u{200b}",
        "a\tb",
        "a\u{a0}b",
        "a\u{180e}b",
        "\u{3000}",
    ];
    for text in TEXTS.iter().chain(&more) {
        for member in ["email", "address", "name", "time", "date", "token", "certificate"] {
            let mut body = fields();
            body[member] = json!(text);
            comparison.agrees(&body.to_string(), &context).unwrap();
        }
    }
}

/// Another spelling of a word is the word, in a condition too.
#[test]
fn conditions_know_other_spellings() {
    let comparison = compare("/api/rules", Form::Request);
    let mut body = json!({"flag": true, "count": 3, "mode": "quick", "text": "abc", "hex": "0x01234567",
        "optional": "o", "nullable": "n", "mood": true, "score": 3, "inner": {"on": true}, "choice": {"selection": "number", "value": 1},
        "choices": null, "vault": "v", "room": null, "switched": "s"});
    assert_eq!(comparison.differences(&body.to_string(), &Context::default()), [""; 0]);
    comparison.agrees(&body.to_string(), &Context::default()).unwrap();
    body.as_object_mut().unwrap().remove("switched");
    assert_eq!(comparison.differences(&body.to_string(), &Context::default()), [""; 0]);
    comparison.agrees(&body.to_string(), &Context::default()).unwrap();
}
