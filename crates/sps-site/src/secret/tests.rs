//! Tests of reading secrets.

use std::{
    ffi::OsString,
    fs,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use super::*;

fn label() -> Label {
    Label::of_singleton("management/snmp/trap")
}

fn fetch(reader: &SecretReader, source: &str) -> Result<Secret, SecretError> {
    reader.fetch(&SecretSource::parse(source).unwrap(), &label(), "/auth_password")
}

/// The reason why a source has no value.
fn refusal(reader: &SecretReader, source: &str) -> String {
    match fetch(reader, source) {
        Ok(_) => panic!("{source} has a value"),
        Err(error) => error.reason().to_owned(),
    }
}

fn environment(name: &'static str, value: &'static str) -> SecretReader {
    SecretReader::new(".").with_environment(move |it| (it == name).then(|| OsString::from(value)))
}

#[test]
fn s181_unset_and_empty_variables_are_errors_with_their_place() {
    let reader = environment("EMPTY", "");
    assert_eq!(refusal(&reader, "env:EMPTY"), "it is empty");
    assert_eq!(
        fetch(&reader, "env:NAME").err().unwrap().to_string(),
        "cannot read the secret of management/snmp/trap at \"/auth_password\" from env:NAME: \
         the variable is not set"
    );
    assert_eq!(refusal(&reader, "env:"), "this is no name of a variable");
    assert_eq!(refusal(&reader, "env:A=B"), "this is no name of a variable");
}

#[test]
fn s191_the_login_and_what_the_caller_excludes_cannot_be_read() {
    let root = tempfile::tempdir().unwrap();
    let path = |name: &str| root.path().join(name);
    fs::create_dir_all(path("tree")).unwrap();
    fs::create_dir_all(path("secrets")).unwrap();
    for name in ["id_rsa", "secrets/snmp", "login"] {
        fs::write(path(name), "hunter22\n").unwrap();
    }
    let all = |_: &str| Some(OsString::from("value"));
    let reader = SecretReader::new(path("tree")).with_environment(all);
    let login = "this variable belongs to the login, and no file may use it";
    assert_eq!(refusal(&reader, "env:SPS_PASSWORD"), login);
    assert_eq!(refusal(&reader, "env:sps_password"), login);
    assert_eq!(fetch(&reader, "env:PATH").ok().unwrap().expose(), "value");

    let reader = reader
        .with_prefix("SITE_")
        .with_folder(path("secrets"))
        .without_file(path("login"))
        .without_variable("SITE_LOGIN");
    assert_eq!(refusal(&reader, "env:PATH"), "only variables that start with `SITE_` may be read");
    assert_eq!(refusal(&reader, "env:SITE_LOGIN"), login);
    assert_eq!(fetch(&reader, "env:SITE_A").ok().unwrap().expose(), "value");
    let folder = format!("only files below {} may be read", path("secrets").display());
    assert_eq!(refusal(&reader, &format!("file:{}", path("id_rsa").display())), folder);
    assert_eq!(refusal(&reader, "file:../secrets/../id_rsa"), folder);
    assert_eq!(
        refusal(&reader, "file:../login"),
        "this file belongs to the login, and no other may use it"
    );
    assert_eq!(fetch(&reader, "file:../secrets/snmp").ok().unwrap().expose(), "hunter22");
}

#[test]
fn s193_a_secret_may_be_in_a_file_beside_the_tree() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir_all(root.path().join("tree")).unwrap();
    fs::create_dir_all(root.path().join("shared")).unwrap();
    fs::write(root.path().join("shared/x"), "hunter22\r\n").unwrap();
    let reader = SecretReader::new(root.path().join("tree"));
    assert_eq!(fetch(&reader, "file:../shared/x").ok().unwrap().expose(), "hunter22");
    assert_eq!(refusal(&reader, "file:../shared/y"), "no such file");
    assert_eq!(refusal(&reader, "file:../shared"), "expected a file, found a folder");
}

#[test]
fn s179_white_space_is_kept_and_marks_of_an_encoding_are_refused() {
    let root = tempfile::tempdir().unwrap();
    let read = |bytes: &[u8]| {
        fs::write(root.path().join("secret"), bytes).unwrap();
        fetch(&SecretReader::new(root.path()), "file:secret").map_err(|it| it.reason().to_owned())
    };
    for (bytes, text, remark) in [
        (&b"hunter22"[..], "hunter22", None),
        (b"hunter22\n", "hunter22", None),
        (b" hunter22 \n", " hunter22 ", Some(Blemish::Around)),
        (b"\thunter22", "\thunter22", Some(Blemish::Before)),
        (b"hunter22\n\n", "hunter22\n", Some(Blemish::Behind)),
        (b"two\nlines\n", "two\nlines", None),
    ] {
        let secret = read(bytes).ok().unwrap();
        assert_eq!((secret.expose(), blemish(&secret)), (text, remark));
    }
    for (bytes, reason) in [
        (
            &b"\xef\xbb\xbfhunter22"[..],
            "it starts with a byte order mark; save it as UTF-8 without one",
        ),
        (b"\xff\xfeh\0u\0", UTF_16),
        (b"h\0u\0n\0", UTF_16),
        (b"hun\0ter", "it has a NUL character, so it is no text"),
        (b"hunter\xff", "it is not UTF-8"),
        (b"\n", "it is empty"),
        (b"", "it is empty"),
        (
            b"$ANSIBLE_VAULT;1.1;AES256\n6162",
            "it is still encrypted by Ansible Vault; decrypt it first",
        ),
        (b"age-encryption.org/v1\n-> X25519", "it is still encrypted by age; decrypt it first"),
        (b"-----BEGIN AGE ENCRYPTED FILE-----\n", "it is still encrypted by age; decrypt it first"),
        (
            b"ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]",
            "it is still encrypted by SOPS; decrypt it first",
        ),
        (b"a: b\nsops:\n  mac: x\n", "it is still encrypted by SOPS; decrypt it first"),
    ] {
        assert_eq!(read(bytes).err().as_deref(), Some(reason), "{bytes:?}");
    }
    let variable = environment("A", "\u{feff}hunter22");
    assert!(refusal(&variable, "env:A").contains("byte order mark"));
}

const UTF_16: &str = "it is UTF-16; save it as UTF-8";

#[test]
fn s183_a_person_is_asked_once_and_an_end_of_input_is_one_error() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let reader = SecretReader::new(".").with_prompt(move |text, _, _| {
        count.fetch_add(1, Ordering::Relaxed);
        match text {
            "SNMP" => Ok(Secret::new("hunter22")),
            _ => Err(ErrorKind::UnexpectedEof.into()),
        }
    });
    for _ in 0..3 {
        assert_eq!(fetch(&reader, "prompt:SNMP").ok().unwrap().expose(), "hunter22");
        assert_eq!(refusal(&reader, "prompt:other"), "unexpected end of file");
    }
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    let silent = SecretReader::new(".");
    assert_eq!(refusal(&silent, "prompt:SNMP"), "there is no terminal on which to ask for it");
}

#[test]
fn keep_has_no_value() {
    assert_eq!(refusal(&SecretReader::new("."), "keep"), "only the appliance has its value");
}

#[test]
fn commands_run_only_where_they_are_allowed() {
    let reader = SecretReader::new(".");
    assert_eq!(refusal(&reader, "command:printf hunter22"), "commands are not allowed");
}

#[cfg(unix)]
fn commands(limit: u64) -> SecretReader {
    SecretReader::new(".").with_commands(Some(Duration::from_millis(limit)))
}

#[cfg(unix)]
#[test]
fn s187_a_command_that_fails_is_named_with_its_status_and_without_its_output() {
    let reader = commands(60_000);
    assert_eq!(fetch(&reader, "command:printf ' hunter22\\n'").ok().unwrap().expose(), " hunter22");
    let error = fetch(&reader, "command:echo hunter22; echo hunter23 >&2; exit 1").err().unwrap();
    assert_eq!(
        error.to_string(),
        "cannot read the secret of management/snmp/trap at \"/auth_password\" from \
         command:echo hunter22; echo hunter23 >&2; exit 1: the command \
         `echo hunter22; echo hunter23 >&2; exit 1` failed with exit status: 1"
    );
    let error = fetch(&reader, "command:cat /etc/hostname; rev=1; exit 3").err().unwrap();
    assert!(error.reason().ends_with("failed with exit status: 3"), "{error}");
    assert_eq!(refusal(&reader, "command:true"), "it is empty");
    assert!(refusal(&reader, "command:yes").ends_with("printed more than a secret has"));
}

#[cfg(unix)]
#[test]
fn s185_a_command_without_end_is_ended_with_its_children() {
    let root = tempfile::tempdir().unwrap();
    let start = Instant::now();
    for (line, milliseconds, seconds) in [
        ("sleep 60", 300, "0.3"),
        // It closes its output and goes on.
        ("exec >&-; sleep 60", 300, "0.3"),
        // It ends itself, and a child keeps its output open.
        ("(echo $$ > pid; sleep 60) & echo hunter22", 2_000, "2"),
    ] {
        let limit = Duration::from_millis(milliseconds);
        let reader = SecretReader::new(root.path()).with_commands(Some(limit));
        let reason = format!("the command `{line}` did not end within {seconds} seconds");
        assert_eq!(refusal(&reader, &format!("command:{line}")), reason);
    }
    assert!(start.elapsed() < Duration::from_secs(30));
    // The group of the command is gone: no process has its number as group.
    let group: i32 = fs::read_to_string(root.path().join("pid")).unwrap().trim().parse().unwrap();
    let group = rustix::process::Pid::from_raw(group).unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while rustix::process::test_kill_process_group(group).is_ok() && Instant::now() < deadline {
        std::thread::yield_now();
    }
    assert!(rustix::process::test_kill_process_group(group).is_err());
}

#[cfg(unix)]
#[test]
fn s185_a_daemon_that_keeps_standard_error_open_does_not_hold_a_command_up() {
    let reader = commands(60_000);
    let start = Instant::now();
    let secret = fetch(&reader, "command:sleep 30 >/dev/null & echo hunter22").ok().unwrap();
    assert_eq!(secret.expose(), "hunter22");
    assert!(start.elapsed() < Duration::from_secs(25));
}

#[cfg(unix)]
#[test]
fn a_limit_without_end_is_a_limit() {
    let reader = SecretReader::new(".").with_commands(Some(Duration::MAX));
    assert_eq!(fetch(&reader, "command:echo hunter22").ok().unwrap().expose(), "hunter22");
}

#[cfg(unix)]
#[test]
fn a_command_has_no_input() {
    assert_eq!(refusal(&commands(60_000), "command:cat"), "it is empty");
}

#[test]
fn debug_shows_no_answer() {
    let reader = SecretReader::new(".").with_prompt(|_, _, _| Ok(Secret::new("hunter22")));
    fetch(&reader, "prompt:x").ok().unwrap();
    assert!(!format!("{reader:?}").contains("hunter22"));
}

/// A pipe that no program writes would be read for ever.
#[test]
#[cfg(unix)]
fn a_pipe_is_read_in_time_only() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    let mut reader = SecretReader::new(root.path());
    reader.pipe_limit = Duration::from_millis(50);
    let source = SecretSource::parse("file:pipe").unwrap();
    let label = Label::of_singleton("x");
    let error = reader.fetch(&source, &label, "/y").err().unwrap();
    assert!(error.reason().contains("a pipe, which was not written within"), "{error}");
    // One that is written is a source like others.
    reader.pipe_limit = PIPE_LIMIT;
    let writer = thread::spawn(move || fs::write(path, "open sesame").unwrap());
    // The reader that came too late has the first text.
    writer.join().unwrap();
    let path = root.path().join("pipe");
    let writer = thread::spawn(move || fs::write(path, "open sesame").unwrap());
    assert_eq!(reader.fetch(&source, &label, "/y").unwrap().expose(), "open sesame");
    writer.join().unwrap();
}
