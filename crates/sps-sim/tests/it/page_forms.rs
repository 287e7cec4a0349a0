//! The forms of the page, filled in wrongly, twice, or too late.

use sps_sim::Simulator;

use crate::{
    client::Reply,
    page::{builder, get, hidden, post, submit, text},
};

fn content(reply: &Reply) -> String {
    String::from_utf8(reply.bytes.clone()).unwrap()
}

fn armed(sim: &Simulator) -> usize {
    text(sim, "/page/faults").matches("<code id=\"fault-").count()
}

/// What can hit nothing, or would be read as something else.
#[tokio::test(flavor = "multi_thread")]
async fn a_fault_that_hits_nothing_is_refused() {
    let sim = builder().start().await.unwrap();
    for (form, expected) in [
        ("kind=drop-before&path=api%2Finfo", "expected a path from its first `/`"),
        ("kind=drop-before&path=https%3A%2F%2Fsps%2Fapi", "expected a path from its first `/`"),
        ("kind=drop-before&path=%2Fapi%3Fx", "without a query"),
        ("kind=drop-before&times=0", "a whole number from 1 to 4294967295, found `0`"),
        ("kind=drop-before&times=1.5", "a whole number from 1 to 4294967295, found `1.5`"),
        ("kind=drop-before&times=2+p0", "found `2 p0`"),
        ("kind=drop-before&probability=0%2C5", "a number from 0 to 1, such as 0.5"),
        ("kind=status%3D503", "is no kind of fault"),
        ("", "is no kind of fault"),
    ] {
        let reply = submit(&sim, "/page/faults", form);
        assert_eq!(reply.status, 422, "{form}");
        assert!(content(&reply).contains(expected), "{form}: {}", content(&reply));
    }
    assert_eq!(armed(&sim), 0);
}

/// Without JavaScript, a double click sends a form twice, and the browser shows the second response.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_form_that_comes_twice_is_refused_twice() {
    let sim = builder().start().await.unwrap();
    let (proof, id) = (hidden(&sim, "proof"), hidden(&sim, "form"));
    for _ in 0..2 {
        let form = format!("proof={proof}&form={id}&kind=status&value=99");
        let reply = post(&sim, "/page/faults", &form);
        assert_eq!(reply.status, 422);
        assert!(content(&reply).contains("value=\"99\""));
    }
    let form = format!("proof={proof}&form={id}&kind=status&value=503");
    assert_eq!(post(&sim, "/page/faults", &form).fields("location"), ["/page/faults?done=armed"]);
    assert_eq!(post(&sim, "/page/faults", &form).fields("location"), ["/page/faults?done=again"]);
    assert_eq!(armed(&sim), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_an_earlier_run_does_nothing_and_stays() {
    let sim = builder().start().await.unwrap();
    let form = "proof=0123&form=1&kind=status&value=503&path=%2Fapi%2Ftyped";
    for path in ["/page/faults", "/page/faults/clear", "/page/faults/remove"] {
        let reply = post(&sim, path, form);
        let page = content(&reply);
        assert_eq!(reply.status, 403);
        assert!(page.contains("from an earlier run") && page.contains("value=\"/api/typed\""));
        let proof = hidden(&sim, "proof");
        assert!(page.contains(&format!("name=\"proof\" value=\"{proof}\"")));
    }
    assert_eq!(armed(&sim), 0);
    // A reload of what the browser then shows leads back.
    for path in ["/page/faults/clear", "/page/faults/remove"] {
        assert_eq!(get(&sim, path).fields("location"), ["/page/faults"]);
    }
    assert_eq!(get(&sim, "/page/").fields("location"), ["/"]);
}
