//! Options and commands of the binary that help with a finding. The libraries know neither.

use sps_validate::{Diagnostic, Finding, Reason, Unchecked, format::Format};

/// The option that lets it be checked, in a document of its own or in a tree.
pub(crate) fn option(unchecked: &Unchecked, is_in_tree: bool) -> Option<&'static str> {
    match unchecked.reason {
        Reason::PlainTextUnknown if is_in_tree => Some("--with-secrets"),
        // Only the appliance knows, which `sps plan` asks.
        Reason::ExistenceUnknown if is_in_tree => None,
        Reason::ExistenceUnknown | Reason::PlainTextUnknown => Some("--resolve FILE"),
        Reason::TargetUnknown(_) | Reason::RuleTargetUnknown(_) => Some("--target VERSION"),
        _ => None,
    }
}

/// Why something was not checked, with the option that lets it be checked.
pub(crate) fn reason(unchecked: &Unchecked, is_in_tree: bool) -> String {
    match option(unchecked, is_in_tree) {
        Some(option) => format!("{}; pass `{option}`", unchecked.reason),
        None => unchecked.reason.to_string(),
    }
}

/// The help of a diagnostic, with the command or option that does it.
pub(crate) fn help(diagnostic: &Diagnostic) -> String {
    let Diagnostic { help, finding, .. } = diagnostic;
    let command = match finding {
        Finding::ResponseWrapper | Finding::ReferenceObject { .. } => {
            "`sps request FILE` rewrites a response"
        }
        Finding::UnknownKey { suggestions, home: None, is_taken }
            if suggestions.is_empty() || *is_taken =>
        {
            "`--allow-unknown` keeps keys that came from an appliance"
        }
        Finding::Format { format: Format::PemCertificate, .. } => {
            "`sps pem FILE` prints a certificate file in this form"
        }
        Finding::UnknownKey { home: None, .. } => {
            "`sps check --fix` renames it where there is only one way"
        }
        finding if finding.is_repairable() => "`sps check --fix` repairs it",
        _ => return help.clone(),
    };
    match help.chars().last() {
        None => command.to_owned(),
        Some('?') => format!("{help} {command}"),
        Some(_) => format!("{help}; {command}"),
    }
}

/// The message of a diagnostic with its help, for formats that have one text for both.
pub(crate) fn message(diagnostic: &Diagnostic) -> String {
    match help(diagnostic) {
        help if help.is_empty() => diagnostic.message.clone(),
        help => format!("{}; {help}", diagnostic.message),
    }
}

#[cfg(test)]
mod tests {
    use sps_validate::{Severity, Span, Versions};

    use super::*;

    #[test]
    fn names_the_option_that_lets_a_rule_be_checked() {
        for (missing, is_in_tree, option) in [
            (Reason::ExistenceUnknown, false, Some("--resolve")),
            (Reason::PlainTextUnknown, false, Some("--resolve")),
            (Reason::ExistenceUnknown, true, None),
            (Reason::PlainTextUnknown, true, Some("--with-secrets")),
            (Reason::SecretKept, true, None),
            (Reason::TargetUnknown(Versions::ALL), false, Some("--target")),
            (Reason::TargetUnknown(Versions::ALL), true, Some("--target")),
            (Reason::TimeUnknown, false, None),
            (Reason::UnknownKey, false, None),
        ] {
            let text = reason(&Unchecked::new("code", String::new(), missing), is_in_tree);
            assert_eq!(text.contains("--"), option.is_some(), "{text}");
            assert!(option.is_none_or(|option| text.contains(option)), "{text}");
        }
    }

    #[test]
    fn names_the_command_that_repairs() {
        let text = |finding| {
            help(&Diagnostic::new(finding, Severity::Error, String::new(), Span::new(0, 1)))
        };
        assert!(
            text(Finding::ResponseWrapper).ends_with("; `sps request FILE` rewrites a response")
        );
        let unknown =
            |suggestions| Finding::UnknownKey { suggestions, home: None, is_taken: false };
        assert!(text(unknown(vec![])).contains("`--allow-unknown`"));
        let near = text(unknown(vec!["name"]));
        assert!(near.starts_with("did you mean `name`? `sps check --fix` "), "{near}");
    }
}
