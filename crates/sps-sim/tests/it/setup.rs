//! The welcome wizard.

use serde_json::{Value, json};

use crate::{
    client::{Client, login},
    version,
};

const SETUP: &str = "/api/setup";

fn wizard() -> Value {
    let pair = json!({"certificate": "-----BEGIN CERTIFICATE-----", "private_key": "-----BEGIN PRIVATE KEY-----"});
    json!({
        "accept_eula": true,
        "license": null,
        "administration": {"root_password": "root-secret", "admin_password": "admin-secret"},
        "certificates": {"ca": {"certificate": "-----BEGIN CERTIFICATE-----"}, "webserver": pair, "tsa": pair},
        "network": {
            "hostname": "gate", "domainname": "corp.test", "initial_address": "192.0.2.10/24",
            "gateway": "192.0.2.1", "vlantag": null, "primary_dns": "192.0.2.53",
        },
        "email": {"smtp_server": "mail.corp.test", "admin_email": "ops@corp.test"},
        "datetime": {"timezone": "Europe/Budapest", "primary_ntp_server": "ntp.corp.test"},
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wizard_makes_an_appliance() {
    let sim = version("7.5").uninitialized().start().await.unwrap();
    let anonymous = Client::anonymous(&sim);
    let status = anonymous.get(SETUP).expect(200);
    assert_eq!(status["status"], "uninitialized");
    assert_eq!(
        (&status["meta"]["parent"], &status["meta"]["remaining_seconds"]),
        (&json!("/api"), &json!(0))
    );
    assert!(status["meta"].get("eula").is_some() && status.get("body").is_none());
    // Nothing else is there yet, and no user.
    for path in ["/api", "/api/info", "/api/configuration/management/email", "/api/nothing"] {
        assert_eq!(anonymous.get(path).error(), "Unauthenticated", "{path}");
    }
    assert_eq!(
        login(&sim, "admin", "pä:ss", "/api/authentication").error(),
        "AuthenticationFailure"
    );

    let mut refused = wizard();
    refused["accept_eula"] = json!(false);
    assert_eq!(anonymous.post(SETUP, &refused).error(), "SemanticError");
    refused.as_object_mut().unwrap().remove("network");
    assert_eq!(anonymous.post(SETUP, &refused).error(), "IncompleteRequestBodyError");
    assert_eq!(anonymous.get(SETUP).expect(200)["status"], "uninitialized");

    let reply = anonymous.post(SETUP, &wizard());
    assert_eq!((reply.status, reply.bytes.len()), (303, 0));
    assert_eq!(anonymous.get(SETUP).expect(200)["status"], "completed");
    assert_eq!(anonymous.post(SETUP, &wizard()).status, 409);
    // The password of the wizard replaces that of the settings. Other users stay.
    assert_eq!(login(&sim, "admin", "pä:ss", "/api/authentication").status, 401);
    assert_eq!(login(&sim, "rita", "r", "/api/authentication").status, 200);
    let client = Client::login(&sim, "admin", "admin-secret");
    let info = client.get("/api/info").expect(200)["body"].clone();
    assert_eq!((&info["hostname"], &info["domainname"]), (&json!("gate"), &json!("corp.test")));
    assert_eq!(info["support_link"], "mailto:ops@corp.test");
    let email = client.get("/api/configuration/management/email").expect(200)["body"].clone();
    assert_eq!(email["admin_address"], "ops@corp.test");
    assert_eq!(email["smtp_server"], json!({"selection": "fqdn", "value": "mail.corp.test"}));
    let body =
        |path: &str| client.get(&format!("/api/configuration/{path}")).expect(200)["body"].clone();
    let naming = body("network/naming");
    assert_eq!((&naming["hostname"], &naming["domainname"]), (&json!("gate"), &json!("corp.test")));
    assert_eq!(body("network/dns")["primary"], "192.0.2.53");
    assert_eq!(body("datetime/timezone"), "Europe/Budapest");
    // The appliance accepts what the wizard has set.
    for path in ["network/naming", "network/dns", "datetime/timezone"] {
        client.put(&format!("/api/configuration/{path}"), &body(path)).expect(200);
    }
    client.put("/api/configuration/management/email", &email).expect(200);
    client.commit().expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_appliance_that_is_set_up_says_so() {
    let sim = version("6.0.1").start().await.unwrap();
    let anonymous = Client::anonymous(&sim);
    assert_eq!(anonymous.get(SETUP).expect(200)["status"], "completed");
    assert_eq!(anonymous.post(SETUP, &wizard()).status, 409);
    assert_eq!(Client::new(&sim).get("/api/info").status, 200);
}
