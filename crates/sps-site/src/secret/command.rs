//! Commands that print a secret.

use std::{
    io::Read as _,
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

/// A longer output is no secret.
const MAX_BYTES: u64 = 64 * 1024;
/// How often a command that has closed its output is asked whether it has ended.
const POLL_INTERVAL: Duration = Duration::from_millis(5);
/// A limit that no clock can hold is as good as this one.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
/// How much of a command is shown.
const MAX_SHOWN: usize = 80;

/// Runs a command in a shell and returns what it prints.
///
/// It has no input and no terminal, and what it prints as an error is dropped, because it may have a part of the secret.
///
/// # Errors
/// It cannot be started, fails, prints too much, or takes too long: then it is ended, together with what it started.
pub(super) fn run(line: &str, folder: &Path, limit: Duration) -> Result<Vec<u8>, String> {
    let now = Instant::now();
    let deadline = now.checked_add(limit).unwrap_or(now + LONGEST);
    let shown = shown(line);
    if line.trim().is_empty() {
        return Err("the command is empty".to_owned());
    }
    let mut command = shell(line);
    command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command
        .spawn()
        .map_err(|error| format!("the command `{shown}` cannot be started: {error}"))?;
    let output = read(&mut child, deadline).and_then(|bytes| {
        let status = loop {
            match child.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) if Instant::now() < deadline => thread::sleep(POLL_INTERVAL),
                Ok(None) => return Err(Failure::Slow),
                Err(error) => return Err(Failure::Other(error.to_string())),
            }
        };
        if status.success() { Ok(bytes) } else { Err(Failure::Status(status.to_string())) }
    });
    output.map_err(|failure| {
        end(&mut child);
        match failure {
            Failure::Slow => {
                let seconds = limit.as_secs_f64();
                format!("the command `{shown}` did not end within {seconds} seconds")
            }
            Failure::Long => format!("the command `{shown}` printed more than a secret has"),
            Failure::Status(status) => format!("the command `{shown}` failed with {status}"),
            Failure::Other(reason) => format!("the command `{shown}` failed: {reason}"),
        }
    })
}

enum Failure {
    Slow,
    Long,
    Status(String),
    Other(String),
}

/// Reads the output on a thread of its own, which may outlive this call: something that the command started may keep the
/// output open for ever.
fn read(child: &mut Child, deadline: Instant) -> Result<Vec<u8>, Failure> {
    let Some(output) = child.stdout.take() else { return Ok(Vec::new()) };
    let (sender, receiver) = mpsc::sync_channel(1);
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let result = output.take(MAX_BYTES + 1).read_to_end(&mut bytes).map(|_| bytes);
        // Fails only if the time is over.
        let _ = sender.send(result);
    });
    match receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        Ok(Ok(bytes)) if bytes.len() as u64 > MAX_BYTES => Err(Failure::Long),
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) => Err(Failure::Other(error.to_string())),
        Err(RecvTimeoutError::Timeout) => Err(Failure::Slow),
        Err(RecvTimeoutError::Disconnected) => {
            Err(Failure::Other("its output was lost".to_owned()))
        }
    }
}

#[cfg(unix)]
fn shell(line: &str) -> Command {
    use std::os::unix::process::CommandExt as _;

    let mut command = Command::new("sh");
    // A group of its own has no terminal to wait for, and is ended as a whole.
    command.arg("-c").arg(line).process_group(0);
    command
}

/// The line goes to `cmd` as it is: the quotes that Rust would put around an argument are not those that `cmd` reads.
#[cfg(windows)]
fn shell(line: &str) -> Command {
    use std::os::windows::process::CommandExt as _;

    let mut command = Command::new("cmd");
    command.raw_arg(format!("/D /S /C \"{line}\""));
    command
}

/// Ends the command, and on Unix everything in its group.
fn end(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        // Fails only if nothing of the group runs any more.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// The command as messages show it.
fn shown(line: &str) -> String {
    let line = line.replace(|it: char| it.is_control(), " ");
    match line.char_indices().nth(MAX_SHOWN) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}
