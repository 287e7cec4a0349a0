//! Errors as a user of the command reads them.

use std::{borrow::Cow, fmt, iter};

use sps_client::{Advice, Argument, Error, ErrorKind};
use sps_model::Any;

use crate::{output, status::Status};

/// The longest text of an appliance that is shown in an error.
const MAX_MESSAGE_CHARS: usize = 2_000;
/// The longest details that are shown: they are a list.
const MAX_DETAILS_CHARS: usize = 20_000;

/// A response that cannot be printed, probably because it is a file.
#[derive(Debug)]
pub(crate) struct NotShown;

impl fmt::Display for NotShown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cannot show the response")
    }
}

/// Everything about the failure is printed already; this is the status of the run.
#[derive(Debug)]
pub(crate) struct Reported(pub(crate) Status);

impl fmt::Display for Reported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it was reported")
    }
}

impl std::error::Error for Reported {}

/// Prints an error, the details that the appliance lists, and what to do.
pub(crate) fn complain_of(error: &anyhow::Error) {
    if error.is::<Reported>() {
        return;
    }
    let causes: Vec<_> = error.chain().map(cause).collect();
    output::complain(&format!("error: {}", causes.join(": ")));
    if let Some(error) = error.downcast_ref::<Error>() {
        explain(error);
    }
    if error.is::<NotShown>() {
        output::complain("help: if the response is a file, save it with `--output FILE`");
    }
}

/// The status of a run that ended with this error.
pub(crate) fn status(error: &anyhow::Error) -> Status {
    if let Some(Reported(status)) = error.downcast_ref() {
        return *status;
    }
    match error.downcast_ref::<Error>() {
        Some(error) if error.is_conflict() => Status::Stale,
        _ => Status::Failed,
    }
}

/// Prints an error of the client, as [`complain_of`] does.
pub(crate) fn complain_of_client(error: &Error) {
    output::complain(&format!("error: {}", sentence(error)));
    explain(error);
}

/// Prints an error that a request caused, in other words than those of the client.
pub(crate) fn complain_with_cause(what: &str, error: Option<&Error>) {
    let cause = error.map(|error| format!(": {}", sentence(error))).unwrap_or_default();
    output::complain(&format!("error: {what}{cause}"));
    if let Some(error) = error {
        explain(error);
    }
}

/// Prints the details, and what to do.
fn explain(error: &Error) {
    // A path is in the request already.
    let details = error.details().map(Any::as_value).filter(|it| !it.is_string());
    if let Some(text) = details.and_then(|it| serde_json::to_string_pretty(it).ok()) {
        output::complain(&format!("details: {}", cut(&text, MAX_DETAILS_CHARS)));
    }
    if let Some(fingerprint) = error.server_fingerprint() {
        output::complain(&format!(
            "note: the SHA-256 fingerprint of the server's certificate is {fingerprint}"
        ));
        if error.is_pinnable() {
            output::complain(
                "help: if the appliance has the same fingerprint, pass it to `--pin-sha256`",
            );
        }
    }
    let open = Some(Advice::CancelTransaction).filter(|_| error.leaves_open());
    // Its file is not one that the user has named.
    let own = error.advice().filter(|_| !matches!(error.kind(), ErrorKind::Journal));
    let mut advice: Vec<_> = own.into_iter().chain(open).collect();
    advice.dedup();
    let setting = setting(error.kind()).map(str::to_owned);
    for help in advice.into_iter().map(help).chain(setting) {
        output::complain(&format!("help: {help}"));
    }
}

/// One cause of an error.
fn cause(error: &(dyn std::error::Error + 'static)) -> String {
    error.downcast_ref::<Error>().map_or_else(|| error.to_string(), sentence)
}

/// An error of the client with the appliance's texts cut to a readable length.
fn sentence(error: &Error) -> String {
    let request = error.request().map(|(method, path)| format!("{method} {path}: "));
    let status = error.status().map(|it| it.to_string());
    let server_type = error.server_type().map(|it| reason(it).into_owned());
    let message = error.message().map(|it| reason(it).into_owned());
    let name: Vec<_> = status.into_iter().chain(server_type).collect();
    let name = Some(name.join(" ")).filter(|it| !it.is_empty());
    let response: Vec<_> = name.into_iter().chain(message).collect();
    let response = Some(response.join(": ")).filter(|it| !it.is_empty());
    let response = response.map(|it| format!(" ({it})"));
    let happened =
        format!("{}{}{}", request.unwrap_or_default(), error.kind(), response.unwrap_or_default());
    let notes = error.notes().map(|it| output::one_line(it).into_owned());
    iter::once(happened).chain(notes).collect::<Vec<_>>().join("; ")
}

/// The advice in terms of this command.
fn help(advice: Advice) -> String {
    match advice {
        Advice::CheckProxy => "check `--proxy`, SPS_PROXY, the profile or HTTPS_PROXY; `--proxy none` connects directly",
        Advice::CheckTrust => "check `--ca-file` or `--pin-sha256`",
        Advice::CheckCredentials => "check user, password and `--login-method`",
        Advice::WaitForLock => "wait until the holder is done, or wait longer with `--lock-wait SECONDS`",
        Advice::OpenTransaction => {
            "only `sps put`, `patch`, `edit`, `post` and `delete` change the configuration; each opens a transaction itself"
        }
        Advice::GiveCommitMessage => "pass `--message TEXT`",
        Advice::CancelTransaction => {
            "run `sps transaction cancel`, or wait until the session times out"
        }
        other => return other.to_string(),
    }
    .to_owned()
}

/// The option that an invalid argument comes from, or the variable of a folder.
fn setting(kind: &ErrorKind) -> Option<&'static str> {
    let argument = match kind {
        ErrorKind::InvalidArgument { argument, .. } => argument,
        ErrorKind::Journal => {
            return Some(
                "make its folder writable, or set XDG_STATE_HOME to a writable folder that survives a crash",
            );
        }
        _ => return None,
    };
    Some(match argument {
        Argument::Address => "check `--host`, `SPS_HOST` or the profile",
        Argument::Proxy => "check `--proxy`, SPS_PROXY, the profile or HTTPS_PROXY",
        Argument::Login => "check `--user`, SPS_USER or the profile",
        Argument::Pin => "check `--pin-sha256`",
        Argument::Trust => {
            "pass only one of `--ca-file`, `--pin-sha256` and `--danger-accept-invalid-certs`"
        }
        _ => return None,
    })
}

/// The text, or its start and how much was left out.
fn cut(text: &str, max_chars: usize) -> Cow<'_, str> {
    match text.char_indices().nth(max_chars) {
        None => Cow::Borrowed(text),
        Some((end, _)) => {
            let rest = text[end..].chars().count();
            Cow::Owned(format!("{}… ({rest} more characters)", &text[..end]))
        }
    }
}

/// A text of an appliance on one line, cut to a readable length.
pub(crate) fn reason(text: &str) -> Cow<'_, str> {
    match output::one_line(text) {
        Cow::Borrowed(text) => cut(text, MAX_MESSAGE_CHARS),
        Cow::Owned(text) => Cow::Owned(cut(&text, MAX_MESSAGE_CHARS).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_help_names_a_function() {
        for advice in [
            Advice::CheckAddress,
            Advice::CheckProxy,
            Advice::CheckTrust,
            Advice::CheckThenRepeat,
            Advice::RepeatLater,
            Advice::LogInAgain,
            Advice::CheckCredentials,
            Advice::AskForPermission,
            Advice::CheckPath,
            Advice::CheckTransaction,
            Advice::WaitForLock,
            Advice::CorrectConfiguration,
            Advice::CorrectBody,
            Advice::CorrectQuery,
            Advice::OpenTransaction,
            Advice::EndTransaction,
            Advice::FindOtherWriter,
            Advice::GiveCommitMessage,
            Advice::StartAgain,
            Advice::ReadAgain,
            Advice::CheckObjects,
            Advice::CancelTransaction,
            Advice::RestartJob,
            Advice::CheckVersion,
            Advice::CheckFile,
            Advice::ReadDetails,
            Advice::ReadLog,
        ] {
            let help = help(advice);
            assert!(!help.contains("::"), "{help}");
        }
    }

    #[test]
    fn cuts_long_texts() {
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(cut("äöü", 1), "ä… (2 more characters)");
    }
}
