//! The HTTP proxy that a command connects through.

use std::{
    io::{self, BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use crate::{
    appliance::{Appliance, PASSWORD, finish},
    support::Run,
};

/// A proxy that builds tunnels, and what it was asked.
struct Proxy {
    address: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let seen = Arc::clone(&seen);
                thread::spawn(move || tunnel(client, &seen));
            }
        });
        Self { address, requests }
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.requests.lock().unwrap())
    }
}

/// Connects a client with the server that it names. Nothing follows the head of its request before the response.
fn tunnel(mut client: TcpStream, seen: &Mutex<Vec<String>>) {
    let head: Vec<String> = BufReader::new(client.try_clone().unwrap())
        .lines()
        .map_while(Result::ok)
        .take_while(|line| !line.is_empty())
        .collect();
    let target = head.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
    let server = TcpStream::connect(target);
    seen.lock().unwrap().extend(head);
    let Ok(mut server) = server else {
        let _ = client.write_all(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
        return;
    };
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
    let (mut from_server, mut to_client) =
        (server.try_clone().unwrap(), client.try_clone().unwrap());
    thread::spawn(move || io::copy(&mut from_server, &mut to_client));
    let _ = io::copy(&mut client, &mut server);
}

fn info(appliance: &Appliance, variables: &[(&str, &str)], arguments: &[&str]) -> Run {
    let mut command = appliance.logged_in("home", &["info"]);
    finish(command.args(arguments).envs(variables.iter().copied()))
}

#[test]
fn is_the_one_that_was_named_for_this_host() {
    let appliance = Appliance::new("proxy-named", &[]);
    let proxy = Proxy::start();
    let url = format!("http://{}", proxy.address);
    let with_password = format!("http://alice:tunnel-4711@{}", proxy.address);
    let tunnel = format!("CONNECT {} HTTP/1.1", appliance.url.strip_prefix("https://").unwrap());
    let nowhere = "http://127.0.0.1:1";
    for (variables, arguments, is_used) in [
        (&[][..], &[][..], false),
        (&[], &["--proxy", &*url], true),
        (&[], &["--proxy", &*proxy.address], true),
        (&[("HTTPS_PROXY", &*url)], &[], true),
        (&[("https_proxy", &*url), ("HTTPS_PROXY", nowhere)], &[], true),
        (&[("ALL_PROXY", &*url)], &[], true),
        (&[("SPS_PROXY", &*url), ("HTTPS_PROXY", nowhere)], &[], true),
        (&[("SPS_PROXY", nowhere)], &["--proxy", &*url], true),
        (&[("HTTPS_PROXY", &*url), ("NO_PROXY", "127.0.0.0/8")], &[], false),
        (&[("HTTPS_PROXY", &*url), ("no_proxy", "localhost, 127.0.0.1")], &[], false),
        (&[("HTTPS_PROXY", &*url), ("NO_PROXY", "example.com")], &[], true),
        // An option is for this run, whatever the variable excepts.
        (&[("NO_PROXY", "*")], &["--proxy", &*url], true),
        (&[("HTTPS_PROXY", &*url)], &["--proxy", "none"], false),
        (&[("HTTPS_PROXY", &*url), ("SPS_PROXY", "none")], &[], false),
        (&[("HTTP_PROXY", &*url)], &[], false),
        (&[("HTTPS_PROXY", "")], &[], false),
    ] {
        let run = info(&appliance, variables, arguments);
        assert_eq!((run.status, &*run.stderr), (0, ""), "{variables:?} {arguments:?}");
        let seen = proxy.take();
        assert_eq!(seen.contains(&tunnel), is_used, "{variables:?} {arguments:?}: {seen:?}");
    }
    assert_eq!(info(&appliance, &[("HTTPS_PROXY", &with_password)], &[]).status, 0);
    let seen = proxy.take().join("\n").to_lowercase();
    // `alice:tunnel-4711` in base64, as RFC 9110 wants it.
    assert!(seen.contains("proxy-authorization: basic ywxpy2u6dhvubmvsltq3mte="), "{seen}");
}

#[test]
fn is_named_when_it_fails() {
    let appliance = Appliance::new("proxy-fails", &[]);
    let proxy = Proxy::start();
    let host = format!("error: {}: ", appliance.url);
    let run = info(&appliance, &[("HTTPS_PROXY", "http://alice:tunnel-4711@127.0.0.1:1")], &[]);
    run.fails(2, &host);
    run.fails(2, "cannot connect through the proxy http://127.0.0.1:1");
    run.fails(2, "help: check `--proxy`, SPS_PROXY, the profile or HTTPS_PROXY");
    assert!(!run.stderr.contains("tunnel-4711") && !run.stderr.contains("alice"), "{}", run.stderr);

    // The proxy is there, and the appliance is not.
    let mut command = appliance.command("home");
    command.args(["info", "--host", "127.0.0.1:1", "--user", "admin", "--proxy", &proxy.address]);
    let run = finish(command.env("SPS_PASSWORD", PASSWORD));
    run.fails(2, &format!("cannot connect through the proxy http://{}", proxy.address));

    let wrong = info(&appliance, &[], &["--proxy", "socks5://alice:tunnel-4711@127.0.0.1:1"]);
    wrong.fails(2, "invalid proxy: expected `http://HOST:PORT` or `https://HOST:PORT`");
    assert!(!wrong.stderr.contains("tunnel-4711"), "{}", wrong.stderr);
}

#[test]
fn of_the_environment_is_for_https_alone() {
    let appliance = Appliance::start("proxy-http", &["--plain-http"]);
    let run = info(&appliance, &[("HTTPS_PROXY", "http://127.0.0.1:1")], &[]);
    assert_eq!((run.status, &*run.stderr), (0, ""));
    let run = info(&appliance, &[], &["--proxy", "127.0.0.1:1"]);
    run.fails(2, "through the proxy http://127.0.0.1:1");
}

#[test]
fn may_be_in_a_profile_and_is_in_the_documentation() {
    let appliance = Appliance::new("proxy-profile", &[]);
    let profile = "[profile.lab]\nproxy = 'http://127.0.0.1:1'\n";
    std::fs::write(appliance.dir.path().join("config.toml"), profile).unwrap();
    let config = appliance.dir.path().join("config.toml");
    let config = config.to_str().unwrap();
    let run = info(&appliance, &[("SPS_CONFIG", config)], &["--profile", "lab"]);
    run.fails(2, "through the proxy http://127.0.0.1:1");

    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/connection.md");
    let page = std::fs::read_to_string(page).unwrap();
    for name in ["`--proxy`", "`SPS_PROXY`", "`HTTPS_PROXY`", "`NO_PROXY`"] {
        assert!(page.contains(name), "{name} is not in the documentation");
    }
}
