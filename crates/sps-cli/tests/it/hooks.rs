//! `sps check` as a hook of pre-commit calls it, and the scripts of the action and of the GitLab template.

#![cfg(unix)]

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
    thread,
};

use crate::{
    appliance::{Appliance, finish},
    support::*,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The files of other programs that a commit may have.
fn foreign(name: &str) -> Dir {
    Dir::new(name)
        .with("docker-compose.yaml", "services:\n  db: {image: postgres}\n")
        .with("chart.yaml", "a: {{ .Values.a }}\n---\n- !tag b\n")
        .with("tsconfig.json", "{\n  // a comment\n  \"error\": 1,\n}\n")
        .with("error.json", "{\"error\": {\"type\": \"x\", \"message\": \"y\"}}")
        .with("utf16.json", b"\xff\xfe{\0}\0")
        .with("log.jsonl", "{\"a\": 1}\nnot json\n")
        .with("README.md", "# No document\n")
}

const FOREIGN: [&str; 7] = [
    "docker-compose.yaml",
    "chart.yaml",
    "tsconfig.json",
    "error.json",
    "utf16.json",
    "log.jsonl",
    "README.md",
];

#[test]
fn a_foreign_file_is_passed_over_with_a_note() {
    let dir = foreign("foreign")
        .with("management/disk_fillup_prevention.json", DISK)
        .with("management/email.json", "{")
        .with("bad/management/email.json", "{\"error\": 1}");
    for file in FOREIGN {
        let run = dir.sps(&["check", file]);
        assert_ne!(run.status, 0, "{file}: {}", run.all());
        for fix in [&[][..], &["--fix"]] {
            let run = dir.sps(&[&["check", "--ignore-foreign", file], fix].concat());
            assert_eq!(
                (run.status, &*run.stdout),
                (0, "0 documents checked, 1 other file\n"),
                "{file}"
            );
            let note = "note: skipped 1 other file that belongs to no known endpoint: ";
            assert!(run.stderr.starts_with(note) && run.stderr.contains(file), "{}", run.stderr);
        }
    }
    let ours = "management/disk_fillup_prevention.json";
    let run = dir.sps(&[&["check", "--ignore-foreign", ours][..], &FOREIGN].concat());
    assert_eq!((run.status, &*run.stdout), (0, "1 document: no errors, 7 other files\n"));
    // What has an endpoint is checked, also if it cannot be read; a file that is not there is an error.
    for (file, status) in [
        ("management/email.json", 1),
        ("bad/management/email.json", 1),
        ("gone.json", 2),
        ("management/gone.json", 2),
    ] {
        let run = dir.sps(&["check", "--ignore-foreign", file]);
        assert_eq!(run.status, status, "{file}: {}", run.all());
    }
    let run =
        dir.sps(&["check", "--ignore-foreign", "-e", "management/email", "docker-compose.yaml"]);
    assert_eq!(run.status, 1, "{}", run.all());
}

#[test]
fn a_foreign_file_in_a_tree_is_passed_over() {
    let dir = Dir::new("foreign-tree")
        .with("config/sps.toml", "target = \"8.0\"\n")
        .with("config/docker-compose.yaml", "services: {}\n")
        .with("config/management/disk_fillup_prevention.json", DISK);
    let file = "config/docker-compose.yaml";
    assert_ne!(dir.sps(&["check", file]).status, 0);
    let run = dir.sps(&[
        "check",
        "--ignore-foreign",
        file,
        "config/sps.toml",
        "config/management/disk_fillup_prevention.json",
    ]);
    assert_eq!(run.status, 0, "{}", run.all());
    assert!(run.stderr.contains("docker-compose.yaml"), "{}", run.stderr);
}

const DAYS: &str = r#""Mon": [], "Tue": [], "Wed": [], "Thu": [], "Fri": [], "Sat": [], "Sun": []"#;

/// A tree of 3 000 files. Each policy belongs to no other file, but every tenth has a mistake.
#[test]
fn p065_batches_of_a_commit_see_the_whole_tree() {
    let mut dir = Dir::new("batches")
        .with("sps.toml", "target = \"8.0\"\nowned = [\"policies/time_policies\"]\n");
    let mut files = Vec::new();
    for at in 0..1_500 {
        let file = format!("policies/time_policies/p{at:04}.json");
        let name = if at % 100 == 7 { "\"wrong\": 1, " } else { "" };
        dir = dir.with(&file, format!("{{{name}\"name\": \"p{at:04}\", {DAYS}}}"));
        files.push(file);
        // Refers to a file that is in another batch; every hundredth to one that is not there.
        let target = if at % 100 == 9 { "gone".to_owned() } else { format!("p{:04}", 1_499 - at) };
        let file = format!("rdp/channel_policies/c{at:04}.json");
        let allowed = format!(
            r#"{{"clients": [], "gateway_groups": [], "remote_groups": [], "servers": [], "time_policy": {{"$ref": "{target}"}}}}"#
        );
        let actions =
            r#"{"audit": true, "content_policy": null, "four_eyes": false, "ids": false}"#;
        let channel = format!(
            r##"{{"name": "c{at:04}", "rules": [{{"channel": "#drawing", "actions": {actions}, "allowed_for": {allowed}}}]}}"##
        );
        dir = dir.with(&file, channel);
        files.push(file);
    }
    let findings = |files: &[String]| -> Vec<String> {
        let options =
            ["check", "--ignore-foreign", "--format", "concise", "--max-findings", "1000"]
                .map(str::to_owned);
        let arguments: Vec<String> = options.into_iter().chain(files.iter().cloned()).collect();
        let run = dir.sps(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(run.status <= 1, "{}", run.all());
        let lines = run.stdout.lines().filter(|it| it.contains(": error["));
        lines.map(str::to_owned).collect()
    };
    let mut whole = findings(&[".".to_owned()]);
    let mut one = Vec::new();
    thread::scope(|scope| {
        let batches: Vec<_> =
            files.chunks(1_000).map(|batch| scope.spawn(|| findings(batch))).collect();
        for batch in batches {
            one.extend(batch.join().unwrap());
        }
    });
    assert_eq!(one.iter().filter(|it| it.contains("[unknown-key] /wrong")).count(), 15);
    assert_eq!(
        one.iter().filter(|it| it.contains("/time_policy") && it.contains("gone")).count(),
        15,
        "{one:#?}"
    );
    for line in &mut whole {
        *line = line.trim_start_matches("./").to_owned();
    }
    one.sort();
    whole.sort();
    assert_eq!(one, whole);
}

/// The entry of a hook, as pre-commit splits it.
fn entry(id: &str) -> String {
    let text = fs::read_to_string(root().join(".pre-commit-hooks.yaml")).unwrap();
    let hook = text.split("\n- ").find(|it| it.starts_with(&format!("id: {id}\n"))).unwrap();
    let entry = hook.split_once("\n  entry: ").unwrap().1;
    let entry = entry.split("\n  files:").next().unwrap();
    entry.trim_start_matches(">-").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn p063_the_hook_of_an_installed_binary_says_when_it_is_missing() {
    let dir = foreign("hook-installed")
        .with("management/disk_fillup_prevention.json", DISK.replace("80", "101"));
    let run = |path: &str, file: &str| {
        let script = format!("{} {file}", entry("sps-check-installed"));
        let mut command = Command::new("/bin/sh");
        command.args(["-c", &script]).env("PATH", path).current_dir(dir.path());
        finish(&mut command)
    };
    let missing = run("/bin", "docker-compose.yaml");
    assert_eq!((missing.status, missing.stderr.lines().count()), (127, 1), "{}", missing.all());
    assert!(
        missing.stderr.starts_with("sps is not on the path: install it with pip install sps-cli")
    );
    let bin = Path::new(env!("CARGO_BIN_EXE_sps")).parent().unwrap().to_str().unwrap();
    let path = format!("{bin}:/bin:/usr/bin");
    assert_eq!(run(&path, "docker-compose.yaml").status, 0);
    assert_eq!(run(&path, "management/disk_fillup_prevention.json").status, 1);
    assert_eq!(entry("sps-check"), "sps check --ignore-foreign");
}

/// Serves files below a path, or this status for everything, and keeps what was asked.
fn serve(
    files: Vec<(String, Vec<u8>)>,
    status: &'static str,
) -> (String, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (asked, paths) = std::sync::mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = Vec::new();
            let mut byte = [0];
            while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) > 0 {
                request.push(byte[0]);
            }
            let request = String::from_utf8_lossy(&request).into_owned();
            let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
            let body =
                files.iter().find(|(name, _)| *name == path).map(|(_, body)| body.as_slice());
            let (status, body) = match body {
                _ if status != "200 OK" => (status, &b"no"[..]),
                Some(body) => (status, body),
                None => ("404 Not Found", &b"no"[..]),
            };
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(head.as_bytes());
            let _ = stream.write_all(body);
            if asked.send(path).is_err() {
                break;
            }
        }
    });
    (url, paths)
}

fn install(dir: &Dir, url: &str, os: &str, architecture: &str, variables: &[(&str, &str)]) -> Run {
    let _ = fs::remove_file(dir.path().join("path"));
    let mut command = Command::new("bash");
    command.arg(root().join("integrations/github/install.sh")).current_dir(dir.path());
    command
        .env("SPS_RELEASES", url)
        .env("SPS_VERSION", "0.1.0")
        .env("RUNNER_OS", os)
        .env("RUNNER_ARCH", architecture);
    command
        .env("RUNNER_TEMP", dir.path().join("temp dir"))
        .env("GITHUB_PATH", dir.path().join("path"));
    command
        .env_remove("SPS_SHA256")
        .env_remove("http_proxy")
        .env("NO_PROXY", "127.0.0.1")
        .envs(variables.iter().copied());
    finish(&mut command)
}

const PLATFORMS: [(&str, &str, &str, &str); 6] = [
    ("Linux", "X64", "x86_64-unknown-linux-gnu", "sps"),
    ("Linux", "ARM64", "aarch64-unknown-linux-gnu", "sps"),
    ("macOS", "X64", "x86_64-apple-darwin", "sps"),
    ("macOS", "ARM64", "aarch64-apple-darwin", "sps"),
    ("Windows", "X64", "x86_64-pc-windows-msvc", "sps.exe"),
    ("Windows", "ARM64", "aarch64-pc-windows-msvc", "sps.exe"),
];

#[test]
fn p077_the_action_installs_the_version_that_is_named() {
    if !has_program("curl") {
        return;
    }
    let dir = Dir::new("action");
    let (mut files, mut sums, mut digests) = (Vec::new(), String::new(), Vec::new());
    for (_, _, target, program) in PLATFORMS {
        let name = format!("sps-0.1.0-{target}");
        let folder = dir.path().join("release").join(&name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(program), "#!/bin/sh\necho sps 0.1.0\n").unwrap();
        fs::set_permissions(folder.join(program), fs::Permissions::from_mode(0o755)).unwrap();
        let archive = format!("{name}.tar.gz");
        let release = dir.path().join("release");
        let tar =
            Command::new("tar").args(["-czf", &archive, &name]).current_dir(&release).status();
        assert!(tar.unwrap().success());
        let digest =
            Command::new("sha256sum").arg(&archive).current_dir(&release).output().unwrap();
        let line = String::from_utf8(digest.stdout).unwrap();
        digests.push(line.split(' ').next().unwrap().to_owned());
        sums.push_str(&line);
        files.push((format!("/v0.1.0/{archive}"), fs::read(release.join(&archive)).unwrap()));
    }
    files.push(("/v0.1.0/SHA256SUMS".to_owned(), sums.into_bytes()));
    let (url, asked) = serve(files.clone(), "200 OK");
    for ((os, architecture, target, program), digest) in PLATFORMS.into_iter().zip(&digests) {
        for variables in [&[][..], &[("SPS_SHA256", digest.as_str())], &[("SPS_VERSION", "v0.1.0")]]
        {
            let run = install(&dir, &url, os, architecture, variables);
            run.is(0, "sps 0.1.0 is on the path\n", "");
            let folder = fs::read_to_string(dir.path().join("path")).unwrap();
            assert!(
                folder.contains(target) && Path::new(folder.trim_end()).join(program).is_file()
            );
        }
        let wrong = "0".repeat(64);
        let run = install(&dir, &url, os, architecture, &[("SPS_SHA256", &wrong)]);
        assert_eq!((run.status, run.stdout.lines().count(), &*run.stderr), (1, 1, ""));
        assert!(run.stdout.contains("it was not unpacked"), "{}", run.stdout);
        assert!(!dir.path().join("path").exists());
    }
    // The latest version is never looked up.
    for path in asked.try_iter() {
        assert!(path.starts_with("/v0.1.0/"), "{path}");
    }
    let fails = |run: Run, part: &str| {
        assert_eq!(
            (run.status, run.stdout.lines().count(), &*run.stderr),
            (1, 1, ""),
            "{}",
            run.all()
        );
        assert!(
            run.stdout.starts_with("::error title=sps::") && run.stdout.contains(part),
            "{}",
            run.stdout
        );
    };
    fails(install(&dir, &url, "Linux", "X86", &[]), "there is no sps for Linux on X86");
    fails(install(&dir, &url, "FreeBSD", "X64", &[]), "there is no sps for FreeBSD on X64");
    fails(install(&dir, &url, "Linux", "X64", &[("SPS_VERSION", "latest/../x")]), "is no version");
    fails(install(&dir, &url, "Linux", "X64", &[("SPS_VERSION", "")]), "set the input 'version'");
    fails(
        install(&dir, &url, "Linux", "X64", &[("SPS_VERSION", "9.9.9")]),
        "version 9.9.9 has no SHA256SUMS",
    );
    let (url, _asked) = serve(files, "403 Forbidden");
    fails(install(&dir, &url, "Linux", "X64", &[]), "the server answered 403");
}

#[test]
fn the_action_checks_what_its_inputs_name() {
    let dir = foreign("action-check")
        .with("a b/management/disk_fillup_prevention.json", DISK.replace("80", "101"));
    let bin = Path::new(env!("CARGO_BIN_EXE_sps")).parent().unwrap().to_str().unwrap();
    let check = |paths: &str, arguments: &str| {
        let mut command = Command::new("bash");
        command.arg(root().join("integrations/github/check.sh")).current_dir(dir.path());
        command.env("PATH", format!("{bin}:{}", std::env::var("PATH").unwrap()));
        finish(command.env("SPS_PATHS", paths).env("SPS_ARGS", arguments))
    };
    let run = check("a b\n", "");
    assert_eq!(run.status, 1, "{}", run.all());
    assert!(
        run.stdout.starts_with("::error file=a b/management/disk_fillup_prevention.json,line=4")
    );
    assert_eq!(check("docker-compose.yaml", "--ignore-foreign\n").status, 0);
    // Nothing in an input is run or taken for an option.
    assert_eq!(check("$(touch ran)\n--fix", "").status, 2);
    assert!(!dir.path().join("ran").exists());
}

/// The scripts of the jobs, by their names.
fn jobs() -> Vec<(String, String)> {
    let text = fs::read_to_string(root().join("integrations/gitlab/sps.gitlab-ci.yml")).unwrap();
    let mut jobs: Vec<(String, String)> = Vec::new();
    let mut is_script = false;
    for line in text.lines() {
        if let Some(name) = line.strip_suffix(':').filter(|it| !it.starts_with(' ')) {
            jobs.push((name.to_owned(), String::new()));
        }
        if let Some(command) = line.strip_prefix("    - ").filter(|_| is_script) {
            let script = &mut jobs.last_mut().unwrap().1;
            script.push_str(command);
            script.push('\n');
        } else if !line.trim_start().starts_with('#') {
            is_script = line == "  script:";
        }
    }
    jobs
}

#[test]
fn the_scripts_of_the_gitlab_template_run() {
    let appliance = Appliance::new("gitlab-template", &[]);
    let dir = appliance.dir.path();
    fs::create_dir_all(dir.join("config/management")).unwrap();
    fs::write(dir.join("config/sps.toml"), "target = \"8.0\"\n").unwrap();
    let file = dir.join("config/management/disk_fillup_prevention.json");
    let bin = Path::new(env!("CARGO_BIN_EXE_sps")).parent().unwrap().to_str().unwrap();
    let run = |job: &str| {
        let (_, script) = jobs().into_iter().find(|(name, _)| name == job).unwrap();
        assert!(!script.is_empty(), "{job}");
        let mut command = Command::new("bash");
        // As the runner of GitLab does it.
        command.args(["-c", &format!("set -eo pipefail\n{script}")]).current_dir(dir);
        command.env("PATH", format!("{bin}:{}", std::env::var("PATH").unwrap()));
        command.env("SPS_TREE", "config").env("SPS_HOST", &appliance.url).env("SPS_USER", "admin");
        command
            .env("SPS_CA_FILE", dir.join("ca.pem"))
            .env("SPS_PASSWORD_FILE", dir.join("password"));
        finish(&mut command)
    };
    fs::write(&file, DISK.replace("80", "101")).unwrap();
    let check = run("sps-check");
    assert_eq!(check.status, 1, "{}", check.all());
    let report = fs::read_to_string(dir.join("gl-code-quality-report.json")).unwrap();
    assert!(report.contains("\"out-of-range\"") && check.stdout.contains("error[out-of-range]"));
    assert_eq!(run("sps-plan").status, 1);
    fs::write(&file, DISK.replace("80", "77")).unwrap();
    assert_eq!(run("sps-check").status, 0);
    let plan = run("sps-plan");
    assert_eq!(plan.status, 0, "{}", plan.all());
    assert!(plan.stdout.contains("used_space_ratio_limit"), "{}", plan.all());
    let apply = run("sps-apply");
    assert_eq!(apply.status, 0, "{}", apply.all());
    assert!(run("sps-plan").stdout.contains("no change") || run("sps-plan").status == 0);
}

/// What a release changes beside the manifest.
#[test]
fn every_place_names_this_version() {
    let version = env!("CARGO_PKG_VERSION");
    for (file, line) in [
        ("action.yml", format!("    default: {version}\n")),
        ("integrations/gitlab/sps.gitlab-ci.yml", format!("  SPS_VERSION: \"{version}\"\n")),
        ("docs/pipeline.md", format!("uses: sps-rs/sps@v{version}\n")),
        ("docs/pipeline.md", format!("[sps-cli=={version}]\n")),
        ("docs/pipeline.md", format!("    rev: v{version}\n")),
    ] {
        let text = fs::read_to_string(root().join(file)).unwrap();
        assert!(text.contains(&line), "{file} lacks: {line}");
    }
}
