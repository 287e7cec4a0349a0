//! The page for a browser, by its protocol.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sps_sim::{Builder, Fault, Page, Simulator};

use crate::{
    client::{Client, Reply, raw},
    state::Folder,
    version,
};

pub(crate) const EMAIL: &str = "/api/configuration/management/email";

/// What a browser accepts.
const HTML: &str = "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n";

pub(crate) fn builder() -> Builder {
    version("8.0").page(Page::new())
}

/// Sends a request with these header fields and this `Host`.
fn send(sim: &Simulator, method: &str, path: &str, fields: &str, body: &str) -> Reply {
    let head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n{fields}\r\n{body}");
    raw(sim, head.as_bytes()).unwrap()
}

pub(crate) fn get(sim: &Simulator, path: &str) -> Reply {
    send(sim, "GET", path, &format!("Host: localhost\r\n{HTML}"), "")
}

#[track_caller]
pub(crate) fn text(sim: &Simulator, path: &str) -> String {
    let reply = get(sim, path);
    assert_eq!(reply.status, 200, "{path}: {}", reply.head);
    String::from_utf8(reply.bytes).unwrap()
}

/// Returns the value of a hidden member of the first form of the page of the faults.
pub(crate) fn hidden(sim: &Simulator, name: &str) -> String {
    let page = text(sim, "/page/faults");
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

/// Sends a form as a browser does.
pub(crate) fn post(sim: &Simulator, path: &str, form: &str) -> Reply {
    let fields = format!(
        "Host: localhost\r\nOrigin: http://localhost\r\nContent-Length: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n",
        form.len()
    );
    send(sim, "POST", path, &fields, form)
}

/// Sends a form with what proves that it comes from the page.
pub(crate) fn submit(sim: &Simulator, path: &str, form: &str) -> Reply {
    let (proof, id) = (hidden(sim, "proof"), hidden(sim, "form"));
    post(sim, path, &format!("proof={proof}&form={id}&{form}"))
}

/// Returns the header fields of a response, without those that differ between runs.
fn head(reply: &Reply) -> String {
    reply.head.lines().filter(|it| !it.starts_with("date: ")).collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn p115_only_names_of_this_machine_get_the_page() {
    let sim = version("8.0").page(Page::new().host("SPS.example")).start().await.unwrap();
    let port = sim.addr().port();
    for (host, is_ours) in [
        (format!("Host: localhost:{port}\r\n"), true),
        (format!("Host: 127.0.0.1:{port}\r\n"), true),
        (format!("Host: [::1]:{port}\r\n"), true),
        ("Host: localhost.\r\n".to_owned(), true),
        (format!("Host: sps.example:{port}\r\n"), true),
        (format!("Host: evil.example:{port}\r\n"), false),
        (format!("Host: 192.0.2.1:{port}\r\n"), false),
        ("Host: \r\n".to_owned(), false),
        ("Host: localhost\r\nHost: evil.example\r\n".to_owned(), false),
        (String::new(), false),
    ] {
        let fields = format!("{host}{HTML}");
        for path in ["/", "/page/style.css", "/page/requests", "/page/nothing"] {
            let reply = send(&sim, "GET", path, &fields, "");
            let expected = match path {
                _ if !is_ours => 403,
                "/page/nothing" => 404,
                _ => 200,
            };
            assert_eq!(reply.status, expected, "{host}{path}");
            assert!(is_ours || reply.bytes.is_empty());
        }
        let origin = host.replace("Host: ", "Origin: http://");
        let form = "kind=drop-before";
        let fields = format!("{host}{origin}Content-Length: {}\r\n", form.len());
        let reply = send(&sim, "POST", "/page/faults", &fields, form);
        assert_eq!(reply.status, if is_ours { 415 } else { 403 }, "{host}");
        if !is_ours {
            let reply = send(&sim, "GET", "/page/events", &host, "");
            assert_eq!((reply.status, reply.bytes.len()), (403, 0), "{host}");
        }
        // The API takes every one.
        let reply = send(&sim, "GET", "/api/info", &host, "");
        assert_eq!(reply.status, 200, "{host}");
    }
    // A proxy may name the whole address.
    let reply =
        send(&sim, "GET", "http://evil.example/", &format!("Host: localhost\r\n{HTML}"), "");
    assert_eq!(reply.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn p115_other_sites_can_do_nothing() {
    let sim = builder().start().await.unwrap();
    let (proof, id) = (hidden(&sim, "proof"), hidden(&sim, "form"));
    let form = format!("proof={proof}&form={id}&kind=drop-before");
    let content = format!(
        "Host: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n",
        form.len()
    );
    for origin in [
        "",
        "Origin: null\r\n",
        "Origin: http://evil.example\r\n",
        "Origin: http://localhost:1\r\n",
        "Origin: http://localhost\r\nSec-Fetch-Site: cross-site\r\n",
    ] {
        let reply = send(&sim, "POST", "/page/faults", &format!("{content}{origin}"), &form);
        assert_eq!((reply.status, reply.bytes.len()), (403, 0), "{origin}");
    }
    for form in ["kind=drop-before", &format!("proof=x{proof}&kind=drop-before")] {
        let reply = post(&sim, "/page/faults", form);
        assert_eq!(reply.status, 403, "{form}");
    }
    let fields = format!("Host: localhost\r\nOrigin: http://evil.example\r\n{HTML}");
    assert_eq!(send(&sim, "GET", "/page/events", &fields, "").status, 403);
    assert!(text(&sim, "/page/faults").contains("No fault is armed"));
    let reply = get(&sim, "/");
    let policy = reply.fields("content-security-policy")[0];
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
    assert!(!policy.contains("unsafe"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_response_of_the_page_keeps_others_away() {
    let sim = builder().start().await.unwrap();
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/page/requests"),
        ("GET", "/page/nothing"),
        ("GET", "/page/style.css"),
        ("PUT", "/page/faults"),
        ("POST", "/page/faults"),
    ] {
        let reply = send(&sim, method, path, &format!("Host: localhost\r\n{HTML}"), "");
        for (name, value) in [
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(reply.fields(name), [value], "{method} {path}");
        }
        assert_eq!(reply.fields("content-security-policy").len(), 1, "{method} {path}");
    }
    assert_eq!(send(&sim, "PUT", "/page/faults", "Host: localhost\r\n", "").status, 405);
}

/// The page takes nothing from the API: the same requests get the same responses without one.
#[tokio::test(flavor = "multi_thread")]
async fn p127_the_api_stays_as_it_is() {
    let with = builder().start().await.unwrap();
    let without = version("8.0").start().await.unwrap();
    let host = "Host: evil.example\r\n";
    for (method, path, fields) in [
        ("GET", "/", ""),
        ("GET", "/", "Accept: */*\r\n"),
        ("GET", "/", "Accept: application/json\r\n"),
        ("GET", "/", "Accept: text/html;q=0, */*\r\n"),
        ("POST", "/", HTML),
        ("PUT", "/", HTML),
        ("DELETE", "/", HTML),
        ("GET", "/page", HTML),
        ("GET", "/pages/faults", HTML),
        ("GET", "/favicon.ico", HTML),
        ("GET", "/api", HTML),
        ("GET", "/api/", HTML),
        ("GET", "//api/info", HTML),
        ("GET", "/%61pi/info", HTML),
        ("GET", "/api/info", HTML),
        ("GET", "/api/../page/faults", HTML),
        ("GET", "/api/page/faults", HTML),
        ("GET", "/api/configuration", HTML),
        ("HEAD", "/api/info", HTML),
        ("GET", "*", HTML),
    ] {
        let fields = format!("{host}{fields}");
        let ask = |sim| send(sim, method, path, &fields, "");
        let (a, b) = (ask(&with), ask(&without));
        assert_eq!((head(&a), a.bytes), (head(&b), b.bytes), "{method} {path}");
    }
    assert_eq!(with.requests().len(), without.requests().len());
    let reply = get(&with, "/");
    assert_eq!(reply.status, 200);
    assert_eq!(reply.fields("content-type"), ["text/html; charset=utf-8"]);
    assert_eq!(reply.fields("vary"), ["Accept"]);
    assert_eq!(reply.fields("cache-control"), ["no-store"]);
    let reply = send(&with, "HEAD", "/", &format!("Host: localhost\r\n{HTML}"), "");
    assert_eq!((reply.status, reply.bytes.len()), (200, 0));
    // Without a page, HTML is nothing special.
    let reply = get(&without, "/");
    assert_eq!((reply.status, reply.fields("content-type")), (404, vec!["application/json"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_fault_hits_the_page_and_no_log_has_it() {
    let sim = builder().start().await.unwrap();
    sim.add_fault(Fault::status(503));
    let client = Client::anonymous(&sim);
    assert_eq!(client.get("/api/info").status, 503);
    for path in ["/", "/page/configuration", "/page/requests", "/page/style.css"] {
        assert_eq!(get(&sim, path).status, 200);
    }
    assert_eq!(sim.requests().len(), 1);
    let page = text(&sim, "/page/faults");
    assert!(page.contains("* * status=503") && page.contains("1 request<"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn p117_a_form_arms_a_fault_once() {
    let sim = builder().start().await.unwrap();
    let (proof, id) = (hidden(&sim, "proof"), hidden(&sim, "form"));
    let form = format!(
        "proof={proof}&form={id}&method=PUT&path=%2Fapi%2Ftrans*&kind=status&value=503&times=1"
    );
    let reply = post(&sim, "/page/faults", &form);
    assert_eq!((reply.status, reply.fields("location")), (303, vec!["/page/faults?done=armed"]));
    // The second click sends the same form.
    let reply = post(&sim, "/page/faults", &form);
    assert_eq!((reply.status, reply.fields("location")), (303, vec!["/page/faults?done=again"]));
    let page = text(&sim, "/page/faults?done=again");
    assert_eq!(page.matches("PUT /api/trans* status=503 x1").count(), 1, "{page}");
    assert!(page.contains("It was carried out once."));
    let client = Client::new(&sim);
    assert_eq!(client.commit().status, 503);
    assert_eq!(client.commit().status, 409);
    assert!(text(&sim, "/page/faults").contains("No fault is armed"));
    // A word in the address is no text of the page.
    assert!(!text(&sim, "/page/faults?done=%3Cb%3Ehacked").contains("hacked"));
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_are_removed_one_by_one_or_all() {
    let sim = builder().start().await.unwrap();
    for path in ["/a", "/b", "/c"] {
        sim.add_fault(Fault::drop_before().path(path));
    }
    assert_eq!(
        submit(&sim, "/page/faults/remove", "fault=2").fields("location")[0],
        "/page/faults?done=removed"
    );
    assert_eq!(
        submit(&sim, "/page/faults/remove", "fault=2").fields("location")[0],
        "/page/faults?done=gone"
    );
    let page = text(&sim, "/page/faults");
    assert!(page.contains("* /a drop-before") && !page.contains("* /b drop-before"));
    assert_eq!(submit(&sim, "/page/faults/clear", "").status, 303);
    assert!(text(&sim, "/page/faults").contains("No fault is armed"));
    for number in 0..101 {
        let reply = submit(&sim, "/page/faults", &format!("path=%2F{number}&kind=drop-after"));
        assert_eq!(reply.status, if number < 100 { 303 } else { 422 });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_fault_says_why_and_keeps_the_form() {
    let sim = builder().start().await.unwrap();
    let reply = submit(&sim, "/page/faults", "path=%2Fx%22%3E&kind=status&value=99");
    let page = String::from_utf8(reply.bytes.clone()).unwrap();
    assert_eq!(reply.status, 422);
    assert!(page.contains("expected a status code from 200 to 599"), "{page}");
    assert!(page.contains("value=\"/x&quot;&gt;\"") && page.contains("value=\"99\""), "{page}");
    let long = "x".repeat(70_000);
    assert_eq!(submit(&sim, "/page/faults", &format!("path={long}")).status, 413);
}

#[tokio::test(flavor = "multi_thread")]
async fn p121_other_machines_need_the_token() {
    let start = || builder().listen("0.0.0.0:0".parse().unwrap());
    let sim = start().start().await.unwrap();
    let url = sim.page_url().unwrap();
    let (address, token) = url.split_once("/?token=").unwrap();
    assert_eq!((address, token.len()), (&*format!("http://127.0.0.1:{}", sim.addr().port()), 32));
    let ask = |path: &str, cookie: &str| {
        send(&sim, "GET", path, &format!("Host: 192.0.2.1\r\n{HTML}{cookie}"), "")
    };
    assert_eq!(ask("/page/style.css", "").status, 200, "the page that asks has its style");
    for path in ["/", "/page/configuration", "/page/events", "/?token=", "/?token=x"] {
        let reply = ask(path, "");
        let page = String::from_utf8_lossy(&reply.bytes).into_owned();
        assert_eq!(reply.status, 403, "{path}");
        assert!(page.contains("Open the address with the token") && !page.contains(token));
    }
    let reply = ask(&format!("/page/faults?token={token}"), "");
    assert_eq!((reply.status, reply.fields("location")), (303, vec!["/page/faults"]));
    let cookie = reply.fields("set-cookie")[0];
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let cookie = format!("Cookie: {}\r\n", cookie.split(';').next().unwrap());
    assert_eq!(ask("/", &cookie).status, 200);
    let evil = format!("Host: evil.example\r\n{HTML}{cookie}");
    assert_eq!(send(&sim, "GET", "/", &evil, "").status, 403);
    // A seed repeats keys and tokens of sessions, not this one.
    let other = start().start().await.unwrap();
    assert_ne!(other.page_url().unwrap().split_once('=').unwrap().1, token);
    // A twin has the same.
    let twin = sim.twin().name("sps2").start().await.unwrap();
    assert!(twin.page_url().unwrap().ends_with(token));
    assert_eq!(version("8.0").start().await.unwrap().page_url(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_twin_has_its_own_page() {
    let first = builder().name("sps1").start().await.unwrap();
    let second = first.twin().name("sps2").start().await.unwrap();
    assert_eq!(second.page_url(), Some(format!("{}/", second.url())));
    second.add_fault(Fault::status(503));
    for (sim, name, faults) in [(&first, "sps1", "0 armed"), (&second, "sps2", "1 armed")] {
        let page = text(sim, "/");
        assert!(page.contains(&format!("<bdi>{name}</bdi>")) && page.contains(faults), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn shows_what_the_simulator_holds() {
    let sim = builder().start().await.unwrap();
    let client = Client::new(&sim);
    let key = client.post("/api/configuration/passwords", &json!({"plain": "hush-hush"}));
    let key = key.expect(201)["key"].as_str().unwrap().to_owned();
    let mut body = client.get(EMAIL).expect(200)["body"].clone();
    body["admin_address"] = json!("root@example.com");
    body["smtp_auth"] = json!({"enabled": true, "username": "u", "password": key});
    client.put(EMAIL, &body).expect(200);
    let pages = || {
        ["/", "/page/sessions", "/page/changes", "/page/configuration/management/email"]
            .map(|it| text(&sim, it))
    };
    let [overview, sessions, changes, email] = pages();
    assert!(overview.contains("2 changes in 1 open transaction"), "{overview}");
    assert!(sessions.contains("holds 2 pending changes") && sessions.contains("root@example.com"));
    assert!(changes.contains("The committed configuration is the one of the start."));
    assert!(email.contains("A pending change") && !email.contains("root@example.com"));
    client.commit().expect(200);
    client.post("/api/troubleshooting/support-bundle", &json!({})).expect(201);
    let [overview, sessions, changes, email] = pages();
    assert!(overview.contains("2 differences") && overview.contains("1 job"), "{overview}");
    assert!(sessions.contains("No transaction is open.") && sessions.contains("admin"));
    assert!(
        changes.contains("/admin_address") && changes.contains("root@example.com"),
        "{changes}"
    );
    assert!(email.contains("root@example.com") && email.contains("Changed since the start"));
    // The reference is a link, and the password knows who refers to it.
    assert!(email.contains(&format!("href=\"/page/configuration/passwords/{key}\"")), "{email}");
    let password = text(&sim, &format!("/page/configuration/passwords/{key}"));
    assert!(password.contains("href=\"/page/configuration/management/email\""), "{password}");
    assert!(text(&sim, "/page/jobs").contains("queued"));
    assert!(text(&sim, "/page/configuration").contains("changed since start"));
    assert_eq!(get(&sim, "/page/configuration/passwords/none").status, 404);
    assert_eq!(get(&sim, "/page/info").status, 404);
    assert_eq!(get(&sim, "/page/audit/sessions").status, 404);
    // What prepared a simulator is no change.
    sim.restart_log(None).unwrap();
    assert!(
        text(&sim, "/page/changes")
            .contains("The committed configuration is the one of the start.")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_hidden_unless_they_are_asked_for() {
    for may_show in [false, true] {
        let page = if may_show { Page::new().secrets() } else { Page::new() };
        let sim = version("8.0").page(page).start().await.unwrap();
        let client = Client::new(&sim);
        let key = client.post("/api/configuration/passwords", &json!({"plain": "hush-hush"}));
        let key = key.expect(201)["key"].as_str().unwrap().to_owned();
        let object = format!("/page/configuration/passwords/{key}");
        let pages = ["/", "/page/changes", "/page/sessions", "/page/requests", "/page/jobs"];
        let is_hidden = || pages.iter().all(|it| !text(&sim, it).contains("hush-hush"));
        assert!(is_hidden());
        let mut body = client.get(EMAIL).expect(200)["body"].clone();
        body["smtp_auth"] = json!({"enabled": true, "username": "u", "password": key});
        client.put(EMAIL, &body).expect(200);
        client.commit().expect(200);
        assert!(is_hidden());
        let page = text(&sim, &object);
        assert!(!page.contains("hush-hush") && page.contains("••••"));
        assert_eq!(page.contains("?secrets=shown"), may_show);
        assert_eq!(text(&sim, &format!("{object}?secrets=shown")).contains("hush-hush"), may_show);
        // Nor does any page have the password of the user, or the token of a session.
        for path in pages {
            let page = text(&sim, path);
            assert!(!page.contains("pä:ss") && !page.contains(client.token.as_deref().unwrap()));
        }
    }
}

/// Names, values and paths that want to be more than text.
pub(crate) const HOSTILE: &str =
    "<script>hit(1)</script>\"onmouseover='hit(2)']]>javascript:hit(3)&#x3c;\u{202e}gpj.exe";

/// Puts hostile texts wherever a client can.
pub(crate) fn attack(sim: &Simulator) -> Client<'_> {
    let client = Client::new(sim);
    let policies = "/api/configuration/policies/time_policies";
    let mut body = client.get(policies).expect(200)["items"][0]["body"].clone();
    body["name"] = json!(HOSTILE);
    client.post(policies, &body).expect(201);
    client.commit().expect(200);
    attack_log(sim);
    client
}

/// Sends requests whose methods and paths are hostile.
pub(crate) fn attack_log(sim: &Simulator) {
    for line in [
        "GET /\"onmouseover=hit(4)]]{javascript:hit(5)}?&#x3c;img/src=x/onerror=hit(6)",
        "GET /javascript:hit(7)?type='onmouseover=hit(7)",
        "GET /]]%3E%3Cscript%3Ehit(8)%3C/script%3E?limit='b'",
        "X'ONLOAD`HIT`|~ /api",
    ] {
        let fields = "Host: <i>\r\nX-'`|: <b>\r\nConnection: close\r\n";
        raw(sim, format!("{line} HTTP/1.1\r\n{fields}\r\n").as_bytes()).unwrap();
        assert!(line.contains(&sim.requests().last().unwrap().path), "{line} is in the log");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn p119_hostile_texts_stay_texts() {
    let sim = version("8.0").page(Page::new()).name(HOSTILE).start().await.unwrap();
    let _client = attack(&sim);
    sim.add_fault(Fault::lose_key(HOSTILE).path(HOSTILE));
    let list = "/page/configuration/policies/time_policies";
    let mut seen = 0;
    for path in [
        "/",
        "/page/configuration",
        list,
        "/page/changes",
        "/page/sessions",
        "/page/faults",
        "/page/requests",
        "/page/jobs",
    ] {
        let page = text(&sim, path);
        for harm in ["<script>hit", "<img", "<b>", "\"onmouseover", "\u{202e}", "href=\"javascript"]
        {
            assert!(!page.contains(harm), "{path} has {harm}: {page}");
        }
        seen += page.matches("&lt;script&gt;hit(1)").count();
    }
    assert!(seen >= 12, "the texts are on every page: {seen}");
}

/// Writes a state with this number of objects.
fn large_state(folder: &Folder, objects: usize) -> std::path::PathBuf {
    let file = folder.0.join("state.json");
    let mut state: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let policies =
        &mut state["configuration"]["collections"]["/api/configuration/policies/time_policies"];
    let mut body = policies[0]["body"].clone();
    for number in 0..objects {
        body["name"] = json!(format!("policy{number}"));
        policies.as_array_mut().unwrap().push(json!({"key": format!("k{number}"), "body": body}));
    }
    std::fs::write(&file, state.to_string()).unwrap();
    file
}

/// A name of a megabyte is a name for the simulator.
#[tokio::test(flavor = "multi_thread")]
async fn long_names_and_many_values_are_cut() {
    let sim = builder().start().await.unwrap();
    let client = Client::new(&sim);
    let api = "/api/configuration/policies/time_policies";
    let mut body = client.get(api).expect(200)["items"][0]["body"].clone();
    let start = Instant::now();
    for number in 0..12 {
        body["name"] = json!(format!("policy{number}-{}", "x".repeat(1_000_000)));
        client.post(api, &body).expect(201);
    }
    let read = |path: &str| {
        let page = text(&sim, path);
        assert!(page.contains("policy3-") && page.len() < 200_000, "{path}: {}", page.len());
        page
    };
    assert!(read("/page/sessions").contains("15 more values not shown"));
    client.commit().expect(200);
    read("/page/changes");
    let list = read("/page/configuration/policies/time_policies");
    let (_, link) = list.split_once("x…</bdi></a>").unwrap();
    let key = link.split("</code>").next().unwrap().rsplit('>').next().unwrap();
    text(&sim, &format!("/page/configuration/policies/time_policies/{key}"));
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_sessions_are_counted_and_not_all_shown() {
    let sim = builder().start().await.unwrap();
    let clients: Vec<_> = (0..230).map(|_| Client::new(&sim)).collect();
    for client in &clients[..25] {
        client.post("/api/configuration/passwords", &json!({"plain": "p"})).expect(201);
    }
    let page = text(&sim, "/page/sessions");
    assert!(page.contains("30 more sessions not shown"), "{page}");
    assert!(page.contains("5 more open transactions not shown"), "{page}");
    assert!(text(&sim, "/").contains("230 open"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_shows_a_part_of_many_objects() {
    let folder = Folder::new("page-large");
    let file = folder.0.join("state.json");
    builder().state(&file).start().await.unwrap().stop().await;
    let file = large_state(&folder, 5_000);
    let sim = builder().state(&file).start().await.unwrap();
    let tree = text(&sim, "/page/configuration");
    assert!(tree.contains("5001 objects") && tree.len() < 200_000, "{}", tree.len());
    let path = "/page/configuration/policies/time_policies";
    let list = text(&sim, path);
    assert!(list.contains("1 to 100 of 5001") && list.len() < 50_000);
    assert_eq!(
        list.matches("<li><a href=\"/page/configuration/policies/time_policies/").count(),
        100
    );
    let last = text(&sim, &format!("{path}?page=51"));
    assert!(last.contains("policy4999") && !last.contains("rel=\"next\""), "{last}");
    for page in ["0", "-1", "x", "99999999999999999999", "18446744073709551615"] {
        assert_eq!(get(&sim, &format!("{path}?page={page}")).status, 200, "{page}");
    }
    // A commit that changes all of them is shown in parts, too.
    let client = Client::new(&sim);
    let api = "/api/configuration/policies/time_policies";
    let mut order: Vec<_> = (0..5_000).map(|it| json!(format!("k{it}"))).collect();
    order.insert(0, json!("-100"));
    order.reverse();
    client.put(api, &json!({"@order": order})).expect(200);
    client.commit().expect(200);
    let start = Instant::now();
    let changes = text(&sim, "/page/changes");
    assert!(changes.contains("1 difference") && changes.len() < 400_000, "{}", changes.len());
    assert!(start.elapsed() < Duration::from_secs(5));
}
