//! How an error is told: in words that a user of the command can act upon.

use std::borrow::Cow;

use sps_client::Error;

use crate::output;

/// How much of what an appliance says about an error is shown. Unit: characters.
const MESSAGE: usize = 2_000;
/// How much of the details, which are a list.
const DETAILS: usize = 20_000;

/// What the client advises to programs, and what that means here.
const ADVICE: [(&str, &str); 2] = [
    ("use `commit_with_message`", "give one with --message"),
    (
        "open one with `Client::transaction`",
        "`sps put`, `sps post` and `sps delete` open one themselves, and nothing else changes the configuration",
    ),
];

/// Prints an error, and what the appliance lists about it.
pub(crate) fn complain_of(error: &anyhow::Error) {
    output::complain(&format!("error: {}", words(error)));
    let details = error.downcast_ref::<Error>().and_then(Error::details);
    // A path alone stands in the line above already.
    if let Some(details) = details
        && !details.as_value().is_string()
        && let Ok(text) = serde_json::to_string_pretty(details.as_value())
    {
        output::complain(&format!("details: {}", cut(&text, DETAILS)));
    }
    if let Some(fingerprint) = error.downcast_ref::<Error>().and_then(Error::server_fingerprint) {
        output::complain(&format!(
            "note: the SHA-256 fingerprint of the server's certificate is {fingerprint}"
        ));
        output::complain(
            "help: if the appliance has the same fingerprint, pass it to `--pin-sha256`",
        );
    }
}

/// The words for it.
fn words(error: &anyhow::Error) -> String {
    let mut words = format!("{error:#}");
    if let Some(error) = error.downcast_ref::<Error>() {
        for text in [error.message(), error.server_type()].into_iter().flatten() {
            // As the client writes it.
            let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            if let Cow::Owned(shorter) = cut(&text, MESSAGE) {
                words = words.replace(&text, &shorter);
            }
        }
        for (advice, ours) in ADVICE {
            words = words.replace(advice, ours);
        }
    }
    words
}

/// The same text, or its start and how much was left out.
fn cut(text: &str, limit: usize) -> Cow<'_, str> {
    match text.char_indices().nth(limit) {
        None => Cow::Borrowed(text),
        Some((end, _)) => {
            let rest = text[end..].chars().count();
            Cow::Owned(format!("{}… ({rest} more characters)", &text[..end]))
        }
    }
}

/// What an appliance gives as a reason, not longer than its messages.
pub(crate) fn reason(text: &str) -> Cow<'_, str> {
    cut(text, MESSAGE)
}
