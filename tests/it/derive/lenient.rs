//! A response with what no source shows is read, kept and written back.

use serde_json::json;
use sps_model::{
    explain, read_response,
    validate::{Context, Form},
};

use super::{
    check_rewritten,
    declared::{
        Closed, ClosedResponse, Color, Forms, FormsResponse, Inner, InnerResponse, Leaves,
        LeavesResponse, Open, Place, PlaceResponse, Same, SealedResponse, Status,
    },
    written,
};

#[test]
fn unknown_keys_are_kept_at_their_object() {
    let received = json!({"room": {"key": "r", "meta": {"href": "/r"}}, "number": 1,
        "more": {"deep": [1, null, "x"]}, "kept": true});
    let request = json!({"room": "r", "number": 1, "more": {"deep": [1, null, "x"]}, "kept": true});
    check_rewritten::<Inner>(&received, &request);
}

#[test]
fn unknown_words_are_opaque() {
    let leaves = json!({"on": true, "tiny": 0, "small": 0, "count": 0, "offset": 0, "text": "",
        "color": "ultraviolet", "anything": []});
    check_rewritten::<Leaves>(&leaves, &leaves);
    let response: LeavesResponse = read_response(&leaves.to_string()).unwrap();
    assert!(matches!(response.color, Color::Unknown(_)));
    assert_eq!(response.color.as_str(), "ultraviolet");
}

#[test]
fn an_alias_is_written_as_the_word_itself() {
    let leaves = json!({"on": true, "tiny": 0, "small": 0, "count": 0, "offset": 0, "text": "",
        "color": "azure", "anything": []});
    let response: LeavesResponse = read_response(&leaves.to_string()).unwrap();
    assert_eq!(response.color, Color::Blue);
    assert_eq!(written(&response)["color"], "bleu");
}

#[test]
fn unknown_tags_are_opaque() {
    let reference = json!({"key": "r", "meta": {"href": "/r"}, "body": {"x": 1}});
    for (received, request) in [
        (json!({"selection": "new"}), json!({"selection": "new"})),
        (
            json!({"selection": "new", "value": {"a": [reference]}}),
            json!({"selection": "new", "value": {"a": ["r"]}}),
        ),
        (
            json!({"selection": "new", "value": reference, "beside": {"b": reference}}),
            json!({"selection": "new", "value": "r", "beside": {"b": "r"}}),
        ),
    ] {
        check_rewritten::<Place>(&received, &request);
        let response: PlaceResponse = read_response(&received.to_string()).unwrap();
        assert!(matches!(response, PlaceResponse::Unknown(_)));
        assert_eq!(response.tag(), "new");
    }
}

#[test]
fn extra_keys_beside_a_tag_are_kept() {
    let reference = json!({"key": "r", "meta": {"href": "/r"}});
    for (received, request) in [
        (json!({"selection": "nowhere", "more": 1}), json!({"selection": "nowhere", "more": 1})),
        (
            json!({"selection": "nowhere", "value": reference}),
            json!({"selection": "nowhere", "value": "r"}),
        ),
        (
            json!({"selection": "room", "value": reference, "more": [reference]}),
            json!({"selection": "room", "value": "r", "more": ["r"]}),
        ),
        (
            json!({"selection": "inner", "more": 1,
                "value": {"room": reference, "number": 1, "x": reference}}),
            json!({"selection": "inner", "more": 1, "value": {"room": "r", "number": 1, "x": "r"}}),
        ),
    ] {
        check_rewritten::<Place>(&received, &request);
        let response: PlaceResponse = read_response(&received.to_string()).unwrap();
        assert_eq!(response.tag(), received["selection"]);
    }
}

#[test]
fn content_before_its_tag_is_read_like_content_after() {
    for (before, after) in [
        (
            r#"{"value": {"key": "r", "meta": {"href": "/r"}}, "selection": "room"}"#,
            r#"{"selection": "room", "value": {"key": "r", "meta": {"href": "/r"}}}"#,
        ),
        (
            r#"{"value": {"room": "r", "number": 1, "x": 1}, "selection": "inner"}"#,
            r#"{"selection": "inner", "value": {"room": "r", "number": 1, "x": 1}}"#,
        ),
        (
            r#"{"value": [["a", "b"]], "selection": "2c"}"#,
            r#"{"selection": "2c", "value": [["a", "b"]]}"#,
        ),
        (r#"{"value": 1, "selection": "new"}"#, r#"{"selection": "new", "value": 1}"#),
        (r#"{"value": 1, "selection": "nowhere"}"#, r#"{"selection": "nowhere", "value": 1}"#),
    ] {
        let [before, after] = [before, after].map(|it| read_response::<PlaceResponse>(it).unwrap());
        assert_eq!(before, after);
    }
}

#[test]
fn closed_types_refuse_what_they_cannot_keep() {
    assert!(read_response::<SealedResponse>(r#"{"room": "r", "size": "small"}"#).is_ok());
    assert!(read_response::<SealedResponse>(r#"{"room": "r", "size": "small", "x": 1}"#).is_err());
    assert!(read_response::<SealedResponse>(r#"{"room": "r", "size": "huge"}"#).is_err());
    assert!(read_response::<ClosedResponse>(r#"{"type": "off"}"#).is_ok());
    assert!(read_response::<ClosedResponse>(r#"{"type": "off", "x": 1}"#).is_err());
    assert!(read_response::<ClosedResponse>(r#"{"type": "new"}"#).is_err());
    let on = json!({"type": "on", "settings": {"room": "r", "number": 1, "x": 1}});
    check_rewritten::<Closed>(&on, &on);
}

#[test]
fn a_lenient_reader_still_refuses_what_it_cannot_understand() {
    for text in [
        r#"{"room": "r"}"#,
        r#"{"room": "r", "number": "1"}"#,
        r#"{"room": "r", "number": 1, "number": 1}"#,
        r#"{"room": "r", "number": 1, "x": 1, "x": 1}"#,
        r#"{"room": "r", "number": 1, "x": {"y": 1, "y": 1}}"#,
        r#"{"room": null, "number": 1}"#,
        r#"{"room": {"meta": {}}, "number": 1}"#,
        r#"{"room": {"key": "a", "key": "b"}, "number": 1}"#,
    ] {
        assert!(read_response::<InnerResponse>(text).is_err(), "{text}");
    }
}

#[test]
fn a_type_that_is_the_same_in_both_forms_is_read_as_what_holds_it_is() {
    let text = r#"{"same": {"level": 1, "color": "new", "x": 1}, "created": 1, "owner": "o"}"#;
    let response: FormsResponse = read_response(text).unwrap();
    assert_eq!(response.same.color.as_str(), "new");
    assert!(serde_json::from_str::<Same>(r#"{"level": 1, "color": "new"}"#).is_err());
}

#[test]
fn members_of_one_form() {
    let received = json!({
        "same": {"level": 1, "color": "bleu", "later": {"key": "l", "meta": {"href": "/l"}}},
        "created": 7,
        "owner": {"key": "o", "meta": {"href": "/o"}},
        "last-seen": {"selection": "room", "value": {"key": "r", "meta": {"href": "/r"}}},
        "state": {"state": "new", "room": {"key": "s", "meta": {"href": "/s"}}, "x": 1},
    });
    // What answers never show is empty in the request made of one, not absent.
    let request = json!({"same": {"level": 1, "color": "bleu", "later": "l"}, "orders": []});
    let response: FormsResponse = read_response(&received.to_string()).unwrap();
    assert_eq!(written(&response), received);
    assert_eq!(written(&Forms::from(response)), request);
    let report = explain::<Forms>(&received.to_string(), Form::Response, &Context::default());
    assert!(report.is_valid(), "{report}");
    let response: FormsResponse = read_response(&received.to_string()).unwrap();
    assert_eq!(response.owner.href(), Some("/o"));
    assert!(read_response::<FormsResponse>(r#"{"same": {"level": 1, "color": "bleu"}}"#).is_err());
}

#[test]
fn a_response_alone_is_read_leniently() {
    let received = json!({"state": "new", "room": {"key": "r", "meta": {"href": "/r"}}, "x": 1});
    let status: Status = read_response(&received.to_string()).unwrap();
    assert_eq!(status.state.as_str(), "new");
    assert_eq!(status.room.key().as_str(), "r");
    assert_eq!(written(&status), received);
}

#[test]
fn open_types_lose_the_responses_own_keys_alone() {
    let received = json!({"created": 1, "known": 2, "more": {"key": "m", "meta": {"href": "/m"}}});
    check_rewritten::<Open>(&received, &json!({"known": 2, "more": "m"}));
}

#[test]
fn nothing_kept_is_printed() {
    let text = r#"{"room": "r", "number": 1, "more": "hunter2", "place": {"plian": "hunter3"}}"#;
    let response: InnerResponse = read_response(text).unwrap();
    let printed = format!("{response:?}");
    assert!(printed.contains("more") && !printed.contains("hunter"), "{printed}");
}
