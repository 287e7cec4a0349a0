//! Absent, null and empty are three things.

use serde_json::json;
use sps_model::{Optional, read, validate::Context};

use super::{check, check_rewritten, declared::Presence, written};

#[test]
fn only_what_is_optional_may_be_absent() {
    let all =
        json!({"required": "r", "nullable": "n", "optional": "o", "both": "b", "list": ["l"]});
    check::<Presence>(&all.to_string(), &[]);
    for (name, may_be_absent, may_be_null) in [
        ("required", false, false),
        ("nullable", false, true),
        ("optional", true, false),
        ("both", true, true),
        ("list", false, false),
    ] {
        let pointer = format!("/{name}");
        let mut without = all.clone();
        without.as_object_mut().unwrap().remove(name);
        let missing = [("missing-key", &*pointer)];
        check::<Presence>(&without.to_string(), if may_be_absent { &[] } else { &missing });

        let mut null = all.clone();
        null[name] = json!(null);
        let refused = [("null-not-allowed", &*pointer)];
        check::<Presence>(&null.to_string(), if may_be_null { &[] } else { &refused });
    }
}

#[test]
fn the_difference_survives_reading_and_writing() {
    let read = |text: &str| read::<Presence>(text, &Context::default()).unwrap();
    let absent = read(r#"{"required": "", "nullable": null, "list": []}"#);
    assert_eq!(absent.nullable, None);
    assert_eq!((&absent.optional, &absent.both), (&Optional::Absent, &Optional::Absent));
    let null = read(r#"{"required": "", "nullable": null, "both": null, "list": []}"#);
    assert_eq!(null.both, Optional::Present(None));
    assert_ne!(absent, null);
    for body in [absent, null] {
        let text = written(&body).to_string();
        assert_eq!(read(&text), body, "{text}");
    }
}

#[test]
fn the_difference_survives_the_way_from_the_response() {
    for body in [
        json!({"required": "", "nullable": null, "list": []}),
        json!({"required": "", "nullable": "", "optional": "", "both": null, "list": []}),
        json!({"required": "", "nullable": null, "both": "", "list": [""]}),
    ] {
        check_rewritten::<Presence>(&body, &body);
    }
}
