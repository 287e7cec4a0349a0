//! Sources of connection options, and output that an appliance controls.

use std::{
    fs,
    io::{BufRead as _, BufReader, ErrorKind, Write as _},
    net::TcpListener,
    process::Stdio,
};

use crate::{
    appliance::{Appliance, HEALTH, PASSWORD, finish},
    support::{Dir, Run},
};

impl Appliance {
    /// Runs `sps` with this profile, these variables and these arguments.
    fn with_profile(&self, profile: &str, variables: &[(&str, &str)], arguments: &[&str]) -> Run {
        let file = self.dir.path().join("config.toml");
        fs::write(&file, format!("[profile.lab]\n{profile}")).unwrap();
        let mut command = self.command("home");
        command.args(arguments).env("SPS_PROFILE", "lab").env("SPS_CONFIG", file);
        finish(command.envs(variables.iter().copied()))
    }

    fn own_profile(&self) -> String {
        format!("host = '{}'\nuser = 'admin'\npassword-file = 'password'\n", self.url)
    }
}

#[test]
fn a_mistake_in_a_profile_shows_no_password() {
    let appliance = Appliance::start("connection-mistake", &["--plain-http"]);
    let profile = format!("password = '{PASSWORD}'\n");
    let run = appliance.with_profile(&profile, &[], &["info"]);
    run.fails(2, "config.toml:2:1: unknown key `password`; write the password to a file");
    let profile = format!("password-file = \"{PASSWORD}\n");
    appliance.with_profile(&profile, &[], &["info"]).fails(2, "config.toml:2:");
}

#[test]
fn the_password_of_a_profile_stays_with_its_host_and_user() {
    let appliance = Appliance::start("connection-secrets", &["--plain-http"]);
    let own = appliance.own_profile();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    other.set_nonblocking(true).unwrap();
    let there = format!("http://{}", other.local_addr().unwrap());
    let certificate = "client-cert = 'health.json'\nclient-key = 'health.json'\n";
    for profile in [&own, &format!("{own}{certificate}")] {
        for (variables, arguments) in [
            (&[][..], &["info", "--host", &there][..]),
            (&[("SPS_HOST", &*there)], &["info"]),
            (&[], &["info", "--user", "bob"]),
            (&[("SPS_USER", "bob")], &["info"]),
        ] {
            let run = appliance.with_profile(profile, variables, arguments);
            run.fails(2, "are only for its own host and user: no password: set SPS_PASSWORD");
        }
    }
    assert_eq!(other.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
    // The same words are no other host, and a password of one's own goes anywhere.
    let run = appliance.with_profile(&own, &[], &["info", "--host", &appliance.url]);
    assert_eq!((run.status, &*run.stderr), (0, ""));
    let wrong = own.replace(&appliance.url, "http://127.0.0.1:1");
    let variables = [("SPS_HOST", &*appliance.url), ("SPS_PASSWORD", PASSWORD)];
    let run = appliance.with_profile(&wrong, &variables, &["info"]);
    assert_eq!((run.status, &*run.stderr), (0, ""));
}

#[test]
fn a_profile_comes_last() {
    let appliance = Appliance::new("connection-last", &[]);
    fs::write(appliance.dir.path().join("wrong"), "wrong").unwrap();
    let own = appliance.own_profile();
    let trusted = format!("{own}ca-file = 'ca.pem'\n");
    let wrong_password = trusted.replace("'password'", "'wrong'");
    let certificate = format!("{trusted}client-cert = 'wrong'\nclient-key = 'wrong'\n");
    let wrong_pin = format!("{own}pin-sha256 = '{}'\n", "0".repeat(64));
    for (profile, variables, arguments) in [
        (&wrong_password, &[("SPS_PASSWORD", PASSWORD)][..], &["info"][..]),
        (&wrong_password, &[], &["info", "--password-file", "password"]),
        (&certificate, &[("SPS_PASSWORD", PASSWORD)], &["info"]),
        (&certificate, &[("SPS_PASSWORD_FILE", "password")], &["info"]),
        (&certificate, &[("SPS_PASSWORD", "wrong")], &["info", "--password-file", "password"]),
        (&wrong_pin, &[], &["info", "--ca-file", "ca.pem"]),
        (&wrong_pin, &[("SPS_CA_FILE", "ca.pem")], &["info"]),
        (&wrong_pin, &[], &["info", "--danger-accept-invalid-certs"]),
    ] {
        let run = appliance.with_profile(profile, variables, arguments);
        assert_eq!((run.status, &*run.stderr), (0, ""), "{profile}{variables:?}{arguments:?}");
    }
}

#[test]
fn variables_do_not_conflict_with_options() {
    let dir = Dir::new("connection-variables").with("health.json", HEALTH);
    let run = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = crate::support::command();
        command.args(arguments).current_dir(dir.path()).env_clear().env("HOME", dir.path());
        command.stdin(Stdio::null()).envs(variables.iter().copied());
        finish(&mut command)
    };
    let get = ["get", "management/health_monitoring", "--sim"];
    for variables in [
        &[("SPS_HOST", "sps.example"), ("SPS_PROFILE", "lab")][..],
        &[("SPS_HOST", ""), ("SPS_PROFILE", ""), ("SPS_TIMEOUT", "")],
    ] {
        assert_eq!(run(&get, variables).status, 0, "{variables:?}");
    }
    let both = run(&[&get[..], &["--host", "x"]].concat(), &[]);
    assert!(both.stderr.contains("cannot be used with"), "{}", both.stderr);

    let info = ["info", "--host", "http://127.0.0.1:1", "--user", "admin"];
    let empty =
        ["SPS_PASSWORD", "SPS_PASSWORD_FILE", "SPS_PROFILE", "SPS_CONFIG", "SPS_CLIENT_CERT"];
    run(&info, &empty.map(|it| (it, ""))).fails(2, "no password: set SPS_PASSWORD");
    run(&["info"], &[("SPS_HOST", "")]).fails(2, "no appliance: pass `--host`");
    for timeout in ["soon", "0", "1.5", "-1"] {
        run(&info, &[("SPS_TIMEOUT", timeout), ("SPS_PASSWORD", "x")])
            .fails(2, "error: invalid SPS_TIMEOUT: expected a number of seconds, at least 1\n");
    }
}

#[test]
fn standard_input_is_one_thing_at_a_time() {
    let dir = Dir::new("connection-stdin").with("empty", "\n");
    let info = ["--host", "http://127.0.0.1:1", "--user", "admin", "--password-file"];
    let put = ["put", "management/health_monitoring", "-"];
    dir.sps_with(&[&put[..], &info, &["-"]].concat(), HEALTH)
        .fails(2, "standard input cannot hold both the body and the password");
    dir.sps(&[&["info"], &info[..], &["empty"]].concat()).fails(2, "empty: the password is empty");
}

/// Starts a server that answers every request after the login with `response` of its first line. Returns its URL.
fn fake(response: impl Fn(&str) -> (u16, String) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let Some(first) = lines.next() else { continue };
            // The body, if there is one, is of no interest.
            while lines.next().is_some_and(|it| !it.is_empty()) {}
            let (status, body) = if first.contains("/api/authentication") {
                (200, r#"{"meta": {}}"#.to_owned())
            } else {
                response(&first)
            };
            let length = body.len();
            let _ = write!(
                stream,
                "HTTP/1.1 {status} x\r\nSet-Cookie: session_id=0123456789abcdef\r\nConnection: close\r\n\
                 Content-Length: {length}\r\n\r\n{body}"
            );
        }
    });
    url
}

fn at(url: &str, name: &str, arguments: &[&str]) -> Run {
    let dir = Dir::new(name);
    let mut command = crate::support::command();
    command.current_dir(dir.path()).env_clear().env("HOME", dir.path()).stdin(Stdio::null());
    command.args(arguments).args(["--host", url, "--user", "admin"]).env("SPS_PASSWORD", PASSWORD);
    finish(&mut command)
}

#[test]
fn an_appliance_cannot_steer_the_terminal() {
    let words = "a\u{9b}31m\u{202e}b\u{2066}c\u{7f}";
    let body = format!(
        r#"{{"status": "finished", "name": "{words}", "start_time": "{words}", "file_name": "{words}",
            "info": null, "error": null}}"#
    );
    let object = format!(r#"{{"key": "{words}", "meta": {{}}, "body": {body}}}"#);
    let url = fake(move |request| {
        let is_list = request.starts_with("GET /api/troubleshooting/support-bundle ");
        let list = format!(r#"{{"items": [{object}], "meta": {{}}}}"#);
        (200, if is_list { list } else { object.clone() })
    });
    for arguments in [
        &["info"][..],
        &["get", "/api/info"],
        &["get", "management/health_monitoring"],
        &["post", "/api/troubleshooting/support-bundle"],
        &["support-bundle", "create"],
        &["support-bundle", "list"],
    ] {
        let run = at(&url, "connection-terminal", arguments);
        let hidden = |c: char| (c.is_control() && c != '\n') || "\u{202e}\u{2066}".contains(c);
        assert!(!run.all().contains(hidden), "{arguments:?}: {:?}", run.all());
        match arguments[0] {
            "get" | "post" => assert_eq!(run.json()["body"]["name"], words),
            "info" => assert_eq!(run.json()["name"], words),
            _ => {
                assert_eq!(run.status, 0, "{}", run.stderr);
                let shown = "a\\u009b31m\\u202eb\\u2066c\\u007f";
                assert!(run.stdout.starts_with(shown), "{}", run.stdout);
            }
        }
    }
}

#[test]
fn a_long_message_is_cut() {
    let url = fake(|_| {
        let message = "x".repeat(2500);
        (409, format!(r#"{{"error": {{"type": "Conflict", "message": "{message}"}}}}"#))
    });
    let run = at(&url, "connection-long", &["get", "/api/x"]);
    run.fails(2, "x… (500 more characters))\nhelp: check the state of the transaction");
    assert!(!run.stderr.contains(&"x".repeat(2001)));
}

#[test]
fn advice_names_options_and_not_functions() {
    let appliance = Appliance::start("connection-advice", &["--plain-http"]);
    let run = appliance.sps(&["post", "/api/transaction"]);
    run.fails(
        2,
        "no transaction is open\nhelp: only `sps put`, `patch`, `edit`, `post` and `delete`",
    );
    let accounting = appliance.sps(&["get", "management/accounting", "--request"]).stdout;
    assert!(accounting.contains("\"require_commitlog\": false"), "{accounting}");
    let accounting =
        accounting.replace("\"require_commitlog\": false", "\"require_commitlog\": true");
    fs::write(appliance.dir.path().join("accounting.json"), accounting).unwrap();
    let run = appliance.sps(&["put", "management/accounting", "accounting.json"]);
    assert_eq!(run.status, 0, "{}", run.all());
    let run = appliance.sps(&["put", "management/health_monitoring", "health.json"]);
    assert_eq!(run.status, 2, "{}", run.all());
    assert!(run.stderr.contains("requires a commit message"), "{}", run.stderr);
    assert!(run.stderr.contains("\nhelp: pass `--message TEXT`\n"), "{}", run.stderr);
}

#[test]
fn a_timeout_of_zero_is_refused() {
    let run = Dir::new("connection-timeout").sps(&["info", "--sim", "--timeout", "0"]);
    let message = "error: invalid value '0' for '--timeout <SECONDS>': expected a number of seconds, at least 1\n";
    run.fails(2, message);
}
