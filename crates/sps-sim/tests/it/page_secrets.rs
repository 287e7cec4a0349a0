//! What the page hides, wherever it is.

use serde_json::json;
use sps_sim::{Page, Simulator};
use sps_spec::{Spec, TypeDef};

use crate::{
    client::Client,
    page::{EMAIL, builder, text},
    version,
};

const TRAP: &str = "/api/configuration/management/snmp/trap";

/// Pages that show more than one body.
const LISTS: [&str; 6] =
    ["/", "/page/changes", "/page/sessions", "/page/requests", "/page/jobs", "/page/faults"];

#[track_caller]
fn nothing_shows(sim: &Simulator, secret: &str) {
    for path in LISTS {
        assert!(!text(sim, path).contains(secret), "{path} shows {secret}");
    }
}

/// The spec calls it no secret, since responses have it. It acts as a password.
#[tokio::test(flavor = "multi_thread")]
async fn a_community_is_hidden() {
    let sim = version("8.0").page(Page::new().secrets()).start().await.unwrap();
    let client = Client::new(&sim);
    let server = json!({"selection": "ip", "value": "192.0.2.5"});
    let version = json!({"selection": "2c", "value": {"community": "noc-7-ro", "server": server}});
    client.put(TRAP, &json!({"enabled": true, "version": version})).expect(200);
    nothing_shows(&sim, "noc-7-ro");
    client.commit().expect(200);
    nothing_shows(&sim, "noc-7-ro");
    let page = "/page/configuration/management/snmp/trap";
    assert!(!text(&sim, page).contains("noc-7-ro"));
    assert!(text(&sim, &format!("{page}?secrets=shown")).contains("noc-7-ro"));
}

/// A user's own page of the spec may give any name to a secret.
#[tokio::test(flavor = "multi_thread")]
async fn a_pending_change_hides_what_the_spec_calls_a_secret() {
    let mut spec = Spec::embedded();
    let endpoint = spec.endpoints.iter_mut().find(|it| it.path == EMAIL).unwrap();
    for def in &mut endpoint.types {
        let TypeDef::Struct(def) = def else { continue };
        def.fields
            .iter_mut()
            .filter(|it| it.name == "admin_address")
            .for_each(|it| it.sensitive = true);
    }
    let sim = builder().spec(Box::leak(Box::new(spec))).start().await.unwrap();
    let client = Client::new(&sim);
    let mut body = client.get(EMAIL).expect(200)["body"].clone();
    body["admin_address"] = json!("hush@example.com");
    client.put(EMAIL, &body).expect(200);
    assert!(text(&sim, "/page/sessions").contains("/admin_address"));
    nothing_shows(&sim, "hush@");
    client.commit().expect(200);
    nothing_shows(&sim, "hush@");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_url_of_a_download_shows_no_password() {
    let sim = builder().start().await.unwrap();
    let client = Client::new(&sim);
    let body = json!({
        "url": "https://bob:hush-hush@files.example.com/sps.iso?signature=hush-hush",
        "checksum": {"sha256": "0".repeat(64)},
    });
    client.post("/api/firmware/fetch", &body).expect(202);
    assert!(text(&sim, "/page/jobs").contains("https://…@files.example.com/sps.iso?…"));
    nothing_shows(&sim, "hush-hush");
}
