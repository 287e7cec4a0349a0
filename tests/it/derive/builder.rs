//! `new` asks for what has no empty value; a setter changes one member.

use serde_json::json;
use sps_model::Optional;

use super::{
    check,
    declared::{Names, Presence, Size},
    written,
};

#[test]
fn new_asks_for_what_has_no_empty_value() {
    let body = Presence::new("r");
    assert_eq!(written(&body), json!({"required": "r", "nullable": null, "list": []}));
    assert!(body.unknown_fields().is_empty());
    check::<Presence>(&written(&body).to_string(), &[]);
}

#[test]
fn setters_change_one_member_each() {
    let body = Presence::new("r")
        .with_required("s")
        .with_nullable("n".to_owned())
        .with_optional("o".to_owned())
        .with_both(Some("b".to_owned()))
        .with_list(["l".to_owned()]);
    let all =
        json!({"required": "s", "nullable": "n", "optional": "o", "both": "b", "list": ["l"]});
    assert_eq!(written(&body), all);
    let body = body.with_nullable(None).with_optional(Optional::Absent).with_both(None);
    assert_eq!(
        written(&body),
        json!({"required": "s", "nullable": null, "both": null, "list": ["l"]})
    );
}

#[test]
fn raw_identifiers_lose_their_mark() {
    let body = Names::new(1, 2, 3, Size::Large).with_type(9).with_odd(8);
    let expected =
        json!({"type": 9, "with space/and~tilde\"quote\"": 8, "kept": 3, "mode": "large"});
    assert_eq!(written(&body), expected);
    assert_eq!(body.r#type, 9);
}
