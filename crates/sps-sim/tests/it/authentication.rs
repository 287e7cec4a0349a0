//! Logins, rights of a session, and the end of a session.

use std::time::Duration;

use serde_json::json;
use sps_sim::Locks;

use crate::{
    client::{Client, base64, login, raw, token},
    version,
};

const PATH: &str = "/api/authentication";

#[tokio::test(flavor = "multi_thread")]
async fn a_login_gives_a_cookie() {
    let sim = version("7.1.1").start().await.unwrap();
    let reply = login(&sim, "admin", "pä:ss", PATH);
    let response = reply.clone().expect(200);
    assert_eq!(
        response,
        json!({"meta": {"href": PATH, "parent": "/api", "remaining_seconds": 600}})
    );
    let cookie = reply.fields("set-cookie")[0];
    let token = token(&reply);
    assert_eq!(token.len(), 40);
    assert!(token.bytes().all(|it| it.is_ascii_digit() || (b'a'..=b'f').contains(&it)));
    // Ten minutes after the start of the clock, 12:00:00.
    let rest = "; expires=Wed, 30 Mar 2022 12:10:00 GMT; HttpOnly; Max-Age=600; Path=/";
    assert_eq!(cookie, format!("session_id={token}{rest}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_wrong_credentials() {
    let sim = version("7.1.1").start().await.unwrap();
    let anonymous = Client::anonymous(&sim);
    let none = anonymous.get(PATH);
    assert_eq!((none.status, none.error().as_str()), (401, "Unauthenticated"));
    assert!(none.fields("www-authenticate")[0].starts_with("Basic"));
    let other = anonymous.get("/api/configuration/passwords");
    assert_eq!(other.status, 401);
    assert_eq!(other.json()["error"]["details"], "/api/configuration/passwords");
    for (user, password) in [("admin", "wrong"), ("unknown", "pä:ss"), ("", ""), ("admin", "pä:s")]
    {
        let reply = login(&sim, user, password, PATH);
        assert_eq!((reply.status, reply.error().as_str()), (401, "AuthenticationFailure"));
        assert!(reply.fields("www-authenticate")[0].starts_with("Basic"));
        assert!(reply.fields("set-cookie").is_empty());
    }
    for field in ["Basic", "Basic ", "Basic %%%", "Bearer abc", "Basic YQ==", "Basic /////w=="] {
        let reply =
            anonymous.send("GET", PATH, &format!("Authorization: {field}\r\n"), "").unwrap();
        assert_eq!(reply.error(), "AuthenticationFailure", "{field}");
    }
    let stranger = Client { sim: &sim, token: Some("0".repeat(40)) };
    assert_eq!(stranger.get("/api/configuration").error(), "Unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_decides_at_the_login_and_a_cookie_elsewhere() {
    let sim = version("7.1.1").start().await.unwrap();
    // With a cookie and a password, the password decides, and opens another session.
    let client = Client::new(&sim);
    let fields = "Authorization: Basic YWxpY2U6YQ==\r\n";
    let again = client.send("GET", PATH, fields, "").unwrap();
    assert_ne!(Some(token(&again)), client.token);
    client.get("/api/configuration").expect(200);
    let wrong = client.send("GET", PATH, "Authorization: Basic YWxpY2U6Yg==\r\n", "").unwrap();
    assert_eq!(wrong.error(), "AuthenticationFailure");
    // With the cookie alone, the response shows whether the session is still open.
    let still = client.get(PATH);
    assert!(still.fields("set-cookie").is_empty());
    still.expect(200);
    // In other requests, the cookie decides.
    client.send("GET", "/api/configuration", fields, "").unwrap().expect(200);
}

/// Every 401 offers Basic, so clients send it with every request.
#[tokio::test(flavor = "multi_thread")]
async fn a_password_works_without_a_cookie() {
    let email = "/api/configuration/management/email";
    for target in ["6.0.1", "8.0"] {
        let sim = version(target).locks(Locks::Single).start().await.unwrap();
        let admin = format!("Authorization: Basic {}\r\n", base64("admin:pä:ss".as_bytes()));
        let alice = "Authorization: Basic YWxpY2U6YQ==\r\n";
        let client = Client::anonymous(&sim);
        let send = |fields: &str, method: &str, path: &str, body: &str| {
            let fields = format!("{fields}Content-Length: {}\r\n", body.len());
            client.send(method, path, &fields, body).unwrap()
        };
        // The transaction lives on between the requests, and is locked for others.
        send(&admin, "POST", "/api/transaction", "").expect(200);
        let mut body = send(&admin, "GET", email, "").expect(200)["body"].clone();
        body["admin_address"] = json!("basic@example.com");
        let reply = send(&admin, "PUT", email, &body.to_string());
        assert!(reply.fields("set-cookie").is_empty());
        reply.expect(200);
        assert_eq!(sim.open_transaction().unwrap().user, "admin");
        assert_eq!(send(alice, "POST", "/api/transaction", "").status, 409);
        assert_eq!(Client::new(&sim).open().status, 409);
        send(&admin, "PUT", "/api/transaction", r#"{"status": "commit"}"#).expect(200);
        assert_eq!(sim.configuration()[email]["admin_address"], "basic@example.com");
        let info = send(&admin, "GET", "/api/info", "").expect(200);
        assert!(info["body"]["firmware_version"].is_string());

        // An ended session falls back to the password.
        let stale = format!("{admin}Cookie: session_id={}\r\n", "0".repeat(40));
        send(&stale, "GET", email, "").expect(200);
        let wrong = "Authorization: Basic YWxpY2U6Yg==\r\n";
        assert_eq!(send(wrong, "GET", email, "").error(), "AuthenticationFailure");
        let users: Vec<_> = sim.requests().into_iter().map(|it| it.user).collect();
        assert_eq!(users[0].as_deref(), Some("admin"));
        assert_eq!(users.last().unwrap(), &None);
        sim.clock().advance(Duration::from_secs(601));
        send(&admin, "GET", email, "").expect(200);
    }
}

/// A browser sends the cookies of other programs on the same host too.
#[tokio::test(flavor = "multi_thread")]
async fn other_cookies_do_not_hide_the_session() {
    let sim = version("7.1.1").start().await.unwrap();
    let token = Client::new(&sim).token.unwrap();
    for cookies in [
        format!("Cookie: name=Jörg; session_id={token}; theme=\u{65e5}\u{672c}\r\n"),
        format!("Cookie: \u{ff}\r\nCookie: session_id=\"{token}\"\r\n"),
        format!("Cookie: ;;=;xsession_id=0; session_id={token}\r\n"),
    ] {
        let reply = Client::anonymous(&sim).send("GET", "/api/configuration", &cookies, "");
        assert_eq!(reply.unwrap().status, 200, "{cookies}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rights_limit_the_methods() {
    let sim = version("7.1.1").start().await.unwrap();
    let paul = Client::login(&sim, "paul", "p");
    let reply = paul.get("/api/configuration/management/email");
    assert_eq!((reply.status, reply.error().as_str()), (403, "Unauthorized"));
    assert_eq!(reply.json()["error"]["details"], "/api/configuration/management/email");
    assert_eq!(paul.open().status, 403);
    let rita = Client::login(&sim, "rita", "r");
    let body = rita.get("/api/configuration/management/email").expect(200)["body"].clone();
    for reply in [
        rita.put("/api/configuration/management/email", &body),
        rita.open(),
        rita.post("/api/configuration/passwords", &json!({"plain": "x"})),
        rita.delete("/api/configuration/policies/time_policies/-100"),
        rita.body("POST", "/api/troubleshooting/support-bundle", ""),
    ] {
        assert_eq!((reply.status, reply.error().as_str()), (403, "Unauthorized"));
    }
    assert_eq!(sim.open_transaction(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn login_methods_depend_on_the_version() {
    for (target, old, new) in [("6.0.2", 200, 401), ("7.0.5", 401, 200)] {
        let sim = version(target).start().await.unwrap();
        let anonymous = Client::anonymous(&sim);
        assert_eq!(anonymous.get("/api/authentication/types").status, old, "{target}");
        assert_eq!(anonymous.get("/api/authentication/login_methods").status, new, "{target}");
        let (path, member, word) = if old == 200 {
            ("types", "types", "basic")
        } else {
            ("login_methods", "login_methods", "local")
        };
        let response = anonymous.get(&format!("/api/authentication/{path}")).expect(200);
        assert_eq!(response[member], json!([word]));
        assert_eq!(response["meta"].get("remaining_seconds"), None);
    }
    let sim = version("7.1.1").start().await.unwrap();
    for (method, status) in [("local", 200), ("ldap", 401)] {
        let path = format!("/api/authentication?login_method={method}");
        assert_eq!(login(&sim, "admin", "pä:ss", &path).status, status, "{method}");
    }
    let path = "/api/authentication?type=x509";
    assert_eq!(login(&sim, "admin", "pä:ss", path).error(), "AuthenticationFailure");
    let sim = version("7.1.1").only_certificates().start().await.unwrap();
    assert_eq!(login(&sim, "admin", "pä:ss", PATH).error(), "AuthenticationFailure");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_session_ends_with_its_transaction() {
    let sim = version("7.1.1").start().await.unwrap();
    let client = Client::new(&sim);
    client.open().expect(200);
    sim.clock().advance(Duration::from_secs(599));
    let response = client.get("/api/transaction").expect(200);
    assert_eq!(response["body"]["status"], "open");
    assert_eq!(response["meta"]["remaining_seconds"], 600);
    // The last request restarted the idle time.
    sim.clock().advance(Duration::from_secs(599));
    assert_eq!(sim.open_transaction().unwrap().user, "admin");
    sim.clock().advance(Duration::from_secs(1));
    assert_eq!(sim.open_transaction(), None);
    assert_eq!(client.get("/api/transaction").error(), "Unauthenticated");
    Client::login(&sim, "alice", "a").open().expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_idle_time_is_a_setting() {
    let path = "/api/configuration/management/webinterface";
    let sim = version("7.1.1").start().await.unwrap();
    let client = Client::new(&sim);
    client.put(path, &json!({"timeout": 20})).expect(200);
    let response = client.get(path).expect(200);
    assert_eq!(response["meta"]["remaining_seconds"], 600, "not before the commit");
    client.commit().expect(200);
    assert_eq!(client.get(path).expect(200)["meta"]["remaining_seconds"], 1_200);
    sim.clock().advance(Duration::from_secs(1_199));
    client.get(path).expect(200);
    sim.clock().advance(Duration::from_secs(1_200));
    assert_eq!(client.get(path).status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logout_ends_the_session_and_its_transaction() {
    let sim = version("7.1.1").start().await.unwrap();
    let client = Client::new(&sim);
    client.open().expect(200);
    client.delete(PATH).expect(200);
    assert_eq!(sim.open_transaction(), None);
    assert_eq!(client.get("/api/configuration").status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn browsers_need_a_token_from_7_5_on() {
    let path = "/api/configuration/policies/time_policies/-100";
    for (target, needed) in [("7.4", false), ("7.5", true)] {
        let sim = version(target).start().await.unwrap();
        let client = Client::new(&sim);
        let body = client.get(path).expect(200)["body"].to_string();
        let put = |extra: &str| {
            let fields = format!(
                "User-Agent: Mozilla/5.0\r\nContent-Length: {}\r\nContent-Type: application/json\r\n{extra}",
                body.len()
            );
            client.send("PUT", path, &fields, &body).unwrap().status
        };
        assert_eq!(put(""), if needed { 403 } else { 200 }, "{target}");
        if needed {
            let token = client.get("/api/user/info").expect(200)["token"].clone();
            assert_eq!(put(&format!("X-Token: {}\r\n", token.as_str().unwrap())), 200);
            assert_eq!(put("X-Token: 123\r\n"), 403);
        }
        client.put(path, &serde_json::from_str(&body).unwrap()).expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_holds_no_secrets() {
    let sim = version("7.1.1").start().await.unwrap();
    let client = Client::new(&sim);
    client.post("/api/configuration/passwords", &json!({"plain": "hush-hush"})).expect(201);
    client.get("/api/configuration?token=hush-hush&type=x509").expect(200);
    raw(&sim, b"GET /api/authentication?password=hush-hush HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let requests = sim.requests();
    let text = format!("{requests:?} {sim:?}");
    let token = client.token.clone().unwrap();
    for secret in ["hush-hush", "pä:ss", "cMOkOnNz", &token] {
        assert!(!text.contains(secret), "{text}");
    }
    assert_eq!(requests.len(), 4);
    let login = &requests[0];
    assert_eq!((login.status, login.user.as_deref()), (Some(200), Some("admin")));
    let post = &requests[1];
    assert_eq!(
        (post.method.as_str(), post.path.as_str()),
        ("POST", "/api/configuration/passwords")
    );
    assert_eq!((post.status, post.session.as_deref()), (Some(201), Some(&token[..4])));
    assert_eq!(requests[3].user, None);
    assert_eq!(requests[2].query.as_deref(), Some("token=…&type=x509"));
}
