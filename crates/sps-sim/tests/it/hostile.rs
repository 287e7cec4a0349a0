//! Hostile requests: each gets a response or a closed connection, and the next one is served.

use crate::{
    client::{Client, parse, raw_within},
    version,
};

/// Some of the requests announce a body that never arrives.
const PATIENCE: std::time::Duration = std::time::Duration::from_millis(300);

#[tokio::test(flavor = "multi_thread")]
async fn survives_odd_heads() {
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    let token = client.token.clone().unwrap();
    let long = "x".repeat(1 << 20);
    for line in [
        "GET / HTTP/1.1",
        "GET * HTTP/1.1",
        "OPTIONS * HTTP/1.1",
        "GET //api HTTP/1.1",
        "GET /api/../etc/passwd HTTP/1.1",
        "GET /api/%2e%2e/configuration HTTP/1.1",
        "GET /api/configuration/%00 HTTP/1.1",
        "GET /api/configuration/%ff HTTP/1.1",
        "GET /api/configuration/% HTTP/1.1",
        "GET /api/configuration/passwords/%2F HTTP/1.1",
        "GET http://elsewhere/api HTTP/1.1",
        "GET /api?%=%&&=&type HTTP/1.1",
        "GET /api/authentication?type=%zz HTTP/1.1",
        "PATCH /api HTTP/1.1",
        "HEAD /api HTTP/1.1",
        "BREW /api HTTP/1.1",
        "CONNECT x:1 HTTP/1.1",
        "TRACE /api HTTP/1.1",
        "GET /api HTTP/1.0",
        "GET /api HTTP/2.0",
        "GET /api/\u{e4} HTTP/1.1",
        "",
        "\0\0\0",
        "PUT /api/configuration/@order HTTP/1.1",
        "GET /api/troubleshooting/support-bundle/a/b/c HTTP/1.1",
        "DELETE /api/troubleshooting/support-bundle HTTP/1.1",
        "DELETE /api HTTP/1.1",
    ] {
        let head =
            format!("{line}\r\nHost: x\r\nConnection: close\r\nCookie: session_id={token}\r\n\r\n");
        if let Some(reply) = raw_within(&sim, head.as_bytes(), PATIENCE) {
            assert!(reply.status < 500, "{line}: {}", reply.head);
        }
    }
    for field in [
        format!("X: {long}"),
        format!("Cookie: {}", "a=b;".repeat(50_000)),
        "Cookie: session_id".to_owned(),
        "Cookie: \u{ff}".to_owned(),
        "Content-Length: -1".to_owned(),
        "Content-Length: 99999999999999999999".to_owned(),
        "Content-Length: 1\r\nContent-Length: 2".to_owned(),
        "Transfer-Encoding: chunked\r\nContent-Length: 5".to_owned(),
        "Transfer-Encoding: gzip".to_owned(),
        format!("Authorization: Basic {long}"),
        "Host: y".to_owned(),
    ] {
        let head = format!(
            "GET /api/authentication HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{field}\r\n\r\n"
        );
        if let Some(reply) = raw_within(&sim, head.as_bytes(), PATIENCE) {
            assert!((400..500).contains(&reply.status), "{}", reply.head);
        }
    }
    let path = format!("/api/{}", "a/".repeat(10_000));
    assert_eq!(client.get(&path).status, 404);
    client.get("/api").expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_long_bodies() {
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    let path = "/api/configuration/management/email";
    let body = " ".repeat((10 << 20) + 1);
    let reply = client.body("PUT", path, &body);
    assert_eq!(reply.status, 413);
    assert_eq!(client.body("PUT", path, &body[1..]).error(), "InvalidRequestBody");
    // A huge announced length is enough.
    let fields = "Content-Length: 9999999999\r\n";
    assert_eq!(client.send("PUT", path, fields, "").unwrap().status, 413);
    // Chunks do not announce the whole length.
    let chunk = format!("{:x}\r\n{}\r\n0\r\n\r\n", body.len(), body);
    let reply = client.send("PUT", path, "Transfer-Encoding: chunked\r\n", &chunk).unwrap();
    assert_eq!(reply.status, 413);
    client.get(path).expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_deep_and_odd_json() {
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    let deep = "[".repeat(100_000);
    let deep_objects = r#"{"a":"#.repeat(100_000);
    let wide = format!("[{}1]", "1,".repeat(100_000));
    let paths = [
        "/api/configuration/management/email",
        "/api/configuration/management/snmp/trap",
        "/api/configuration/policies/time_policies",
        "/api/configuration/policies/time_policies/-100",
        "/api/configuration/policies/content_policies",
        "/api/transaction",
    ];
    for path in paths {
        for method in ["PUT", "POST"] {
            for body in [
                &deep,
                &deep_objects,
                &wide,
                "null",
                "1e999",
                "\"\\ud800\"",
                "{\"a\":1,\"a\":2}",
                "{\"@order\": null}",
                "{\"\": {}}",
                "\u{feff}{}",
                "{\"status\": {}}",
            ] {
                let reply = client.body(method, path, body);
                assert!(reply.status < 500, "{method} {path}: {}", reply.head);
            }
        }
    }
    client.get("/api").expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn serves_many_requests_on_one_connection() {
    use std::io::{Read as _, Write as _};
    let sim = version("7.5").start().await.unwrap();
    let mut stream = std::net::TcpStream::connect(sim.addr()).unwrap();
    let request = "GET /api/info HTTP/1.1\r\nHost: x\r\n\r\n";
    let last = request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    stream.write_all(format!("{request}{request}{last}").as_bytes()).unwrap();
    let mut all = Vec::new();
    stream.read_to_end(&mut all).unwrap();
    let first = parse(&all).unwrap();
    assert_eq!(first.status, 200);
    assert_eq!(String::from_utf8(all).unwrap().matches("HTTP/1.1 200 OK").count(), 3);
    drop(sim);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_simulators_run_at_once_and_stop() {
    let mut sims = Vec::new();
    for _ in 0..20 {
        sims.push(version("7.5").start().await.unwrap());
    }
    for sim in &sims {
        Client::new(sim).open().expect(200);
    }
    for sim in sims {
        let address = sim.addr();
        sim.stop().await;
        assert!(std::net::TcpStream::connect(address).is_err());
    }
}

/// Requests are cut, doubled and changed at random, with a fixed seed.
#[tokio::test(flavor = "multi_thread")]
async fn survives_random_requests() {
    let sim = version("7.5").start().await.unwrap();
    let client = Client::new(&sim);
    let token = client.token.clone().unwrap();
    let body = client.get("/api/configuration/management/email").expect(200)["body"].to_string();
    let put = format!(
        "PUT /api/configuration/management/email?type=x509 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
         Cookie: session_id={token}\r\nContent-Type: application/json\r\n\
         Authorization: Basic YWxpY2U6YQ==\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    for _ in 0..400 {
        let mut request = put.clone().into_bytes();
        for _ in 0..=random(4) {
            let at = random(request.len());
            match random(4) {
                0 => request[at] = u8::try_from(random(256)).unwrap(),
                1 => drop(request.remove(at)),
                2 => request.insert(at, b"{}[]\",:/%.\r\n 0"[random(14)]),
                _ => {
                    let other = random(request.len());
                    request.swap(at, other);
                }
            }
        }
        if let Some(reply) = raw_within(&sim, &request, PATIENCE / 10) {
            assert!(reply.status < 500, "{}", String::from_utf8_lossy(&request));
        }
    }
    Client::new(&sim).get("/api").expect(200);
}
