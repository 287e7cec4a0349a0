//! The schemas of the small specs decide as the generated types do: every condition, every presence, every format.

#[path = "../it/schema/judge.rs"]
mod judge;

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;
use serde_json::json;
use sps_model::strategy;
use sps_model::validate::Context;
use sps_model::validate::Form;
use sps_spec::Spec;

use self::judge::Judge;
use crate::generated::ENDPOINTS;
use crate::mutation::mutate;
use crate::mutation::mutation;

static SPEC: LazyLock<Spec> = LazyLock::new(|| crate::specs::spec(&crate::specs::specs()));

fn judge(path: &str, form: Form) -> Judge {
    let endpoint = ENDPOINTS.iter().find(|it| it.path == path).unwrap();
    Judge::new(&SPEC, path, endpoint.subject(form).unwrap())
}

macro_rules! bodies {
    ($($module:ident: $ty:ident = $path:literal $form:ident),* $(,)?) => {$(
        mod $module {
            use super::*;
            use crate::$ty;

            static JUDGE: LazyLock<Judge> = LazyLock::new(|| judge($path, Form::$form));

            proptest! {
                #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

                #[test]
                fn edited_bodies(
                    request in strategy::valid_json::<$ty>(),
                    answer in strategy::answer_json::<$ty>(),
                    edits in [mutation(), mutation()],
                    index: Index,
                ) {
                    let body = if JUDGE.is_answer() { answer } else { request };
                    let context = Context::default();
                    JUDGE.agrees(&body.to_string(), &context)?;
                    let once = mutate(&body, &edits[0], index);
                    JUDGE.agrees(&once, &context)?;
                    if let Ok(once) = serde_json::from_str::<Value>(&once) {
                        JUDGE.agrees(&mutate(&once, &edits[1], index), &context)?;
                    }
                }

                #[test]
                fn near_misses(miss in strategy::near_miss::<$ty>()) {
                    JUDGE.agrees(&miss.body.to_string(), &Context::default())?;
                }
            }
        }
    )*};
}

bodies! {
    fields: Fields = "/api/fields" Request,
    fields_answer: Fields = "/api/fields" Answer,
    forms: Forms = "/api/forms" Request,
    forms_answer: Forms = "/api/forms" Answer,
    room: Room = "/api/rooms" Request,
    room_answer: Room = "/api/rooms" Answer,
    ruled: Ruled = "/api/rules" Request,
    ruled_answer: Ruled = "/api/rules" Answer,
    versioned: Versioned = "/api/versions" Request,
    versioned_answer: Versioned = "/api/versions" Answer,
    work_order: WorkOrder = "/api/work" Request,
    work_state_answer: WorkState = "/api/work" Answer,
    state_answer: State = "/api/state" Answer,
}

/// The one known difference that no endpoint of the real spec shows.
#[test]
fn a_check_written_by_hand_is_no_part_of_a_schema() {
    let body = json!({"flag": true, "count": 3, "mode": "fast", "text": "abc", "hex": "0x00000000",
        "optional": "o", "nullable": "n", "inner": {"on": true}, "choice": {"selection": "number", "value": 1},
        "choices": null, "vault": "v", "room": null, "switched": "s"});
    let differences =
        judge("/api/rules", Form::Request).differences(&body.to_string(), &Context::default());
    assert_eq!(differences, ["custom"]);
}
