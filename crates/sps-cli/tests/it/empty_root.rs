//! The binary where nothing else is: in a root folder with it and the libraries that it names.

#![cfg(target_os = "linux")]

use std::{env, fs, path::Path, process::Command};

use crate::appliance::{Appliance, PASSWORD, finish};

/// The libraries that a binary is linked against, with the loader.
fn libraries(binary: &str) -> Vec<String> {
    let output = Command::new("ldd").arg(binary).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let paths =
        text.lines().filter_map(|line| line.split_whitespace().find(|it| it.starts_with('/')));
    paths.map(str::to_owned).collect()
}

/// A program that starts another one with a folder as its root; a user who is not root needs a namespace.
#[expect(clippy::print_stderr, reason = "the output of a test is for people")]
fn starter(root: &Path) -> Option<Command> {
    for start in [&["chroot"][..], &["unshare", "-r", "chroot"]] {
        let command = || {
            let mut command = Command::new(start[0]);
            command.args(&start[1..]).arg(root).arg("/sps");
            // Nothing of this environment but what finds the first program.
            let path = env::var_os("PATH").unwrap_or_default();
            command.env_clear().env("PATH", path);
            command
        };
        if command().arg("--version").output().is_ok_and(|it| it.status.success()) {
            return Some(command());
        }
    }
    eprintln!("not run: this user cannot change the root folder of a process");
    None
}

#[test]
fn p037_the_binary_needs_nothing_but_its_libraries() {
    let appliance = Appliance::new("empty-root", &[]);
    let root = appliance.dir.path().join("root");
    let binary = env!("CARGO_BIN_EXE_sps");
    for library in libraries(binary) {
        let copy = root.join(library.trim_start_matches('/'));
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(library, copy).unwrap();
    }
    fs::copy(binary, root.join("sps")).unwrap();
    let Some(mut command) = starter(&root) else { return };
    let run = finish(command.args(["--version", "-v"]));
    let start = format!("sps {}\npath unknown: ", env!("CARGO_PKG_VERSION"));
    assert!(run.status == 0 && run.stdout.starts_with(&start), "{}", run.all());

    // A handshake, without any authority of the system.
    fs::copy(appliance.dir.path().join("ca.pem"), root.join("ca.pem")).unwrap();
    let connect = |options: &[&str]| {
        let mut command = starter(&root).unwrap();
        command.args(["get", "management/health_monitoring", "--request"]);
        command.args(["--host", &appliance.url, "--user", "admin"]).args(options);
        finish(command.env("SPS_PASSWORD", PASSWORD))
    };
    let run = connect(&["--ca-file", "/ca.pem"]);
    assert_eq!(run.status, 0, "{}", run.all());
    assert!(run.json().is_object());
    connect(&[]).fails(2, "the system has no certificates that it trusts");
}
