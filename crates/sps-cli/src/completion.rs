//! Completion in a shell: the scripts call the binary for every TAB, so that it knows endpoints, codes and profiles.
//!
//! Static scripts were rejected: they hold no values that depend on an overlay or on the user's profiles, and they age
//! beside the binary.

mod line;
mod values;

use std::{
    env,
    ffi::OsString,
    fmt::Write as _,
    io::{self, Write as _},
    process::ExitCode,
};

use clap::{Command, ValueEnum};
use clap_complete::{
    CompletionCandidate, engine,
    env::{Elvish, EnvCompleter, Powershell},
};

use crate::{
    completion::{line::Line, values::Source},
    spec,
};

/// The variable in which a script says that it asks, and for which shell.
const VARIABLE: &str = "_SPS_COMPLETE";

/// A shell that can complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    /// bash, 3.2 or newer
    Bash,
    /// zsh
    Zsh,
    /// fish, 3.1 or newer
    Fish,
    /// PowerShell 5 or newer
    #[value(name = "powershell", alias = "pwsh")]
    Pwsh,
    /// elvish
    Elvish,
}

impl Shell {
    /// The script that the shell has to run.
    pub(crate) fn script(self) -> io::Result<String> {
        let mut script = Vec::new();
        match self {
            Self::Bash => return Ok(include_str!("completion/sps.bash").to_owned()),
            Self::Zsh => return Ok(include_str!("completion/sps.zsh").to_owned()),
            Self::Fish => return Ok(include_str!("completion/sps.fish").to_owned()),
            Self::Pwsh => {
                Powershell.write_registration(VARIABLE, "sps", "sps", "sps", &mut script)?;
            }
            Self::Elvish => {
                Elvish.write_registration(VARIABLE, "sps", "sps", "sps", &mut script)?;
            }
        }
        String::from_utf8(script).map_err(io::Error::other)
    }

    /// How to set it up, for a user who sees the script on a terminal.
    pub(crate) fn set_up(self) -> &'static str {
        match self {
            Self::Bash => "put `source <(sps completions bash)` into ~/.bashrc",
            Self::Zsh => {
                "put `source <(sps completions zsh)` into ~/.zshrc, below `autoload -Uz compinit && compinit`"
            }
            Self::Fish => "run `sps completions fish > ~/.config/fish/completions/sps.fish`",
            Self::Pwsh => {
                "put `sps completions powershell | Out-String | Invoke-Expression` into the file in $PROFILE"
            }
            Self::Elvish => {
                "put `eval (sps completions elvish | slurp)` into ~/.config/elvish/rc.elv"
            }
        }
    }
}

/// Answers the script of a shell about the command line, if one asks.
pub(crate) fn answer(command: fn() -> Command) -> Option<ExitCode> {
    let shell = env::var_os(VARIABLE)?;
    let shell = Shell::from_str(shell.to_str()?, false).ok()?;
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    // A script has no use for a reason.
    let is_answered = respond(command, shell, arguments).is_ok();
    Some(if is_answered { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn respond(command: fn() -> Command, shell: Shell, arguments: Vec<OsString>) -> io::Result<()> {
    let mut text = Vec::new();
    match shell {
        Shell::Bash => {
            let [line, breaks] = &arguments[..] else { return Err(io::Error::other("no line")) };
            let line = Line::read(&line.to_string_lossy(), &breaks.to_string_lossy());
            let is_operand = line.is_operand;
            let answer =
                if is_operand { Answer::files() } else { Answer::to(command(), line.words()) };
            text.extend(answer.for_bash(&line).into_bytes());
        }
        Shell::Zsh => text.extend(Answer::to(command(), words(arguments)).for_zsh().into_bytes()),
        Shell::Fish => text.extend(Answer::to(command(), words(arguments)).for_fish().into_bytes()),
        Shell::Pwsh | Shell::Elvish => {
            let words = words(arguments);
            let _ = spec::read_overlay(words.clone());
            let mut command = values::with_values(command(), values::Files::Listed);
            let directory = env::current_dir().ok();
            let completer: &dyn EnvCompleter =
                if shell == Shell::Elvish { &Elvish } else { &Powershell };
            completer.write_complete(&mut command, words, directory.as_deref(), &mut text)?;
        }
    }
    let mut out = io::stdout();
    out.write_all(&text)?;
    out.flush()
}

/// The words behind `--`, the first of which is the name of the program.
fn words(arguments: Vec<OsString>) -> Vec<OsString> {
    arguments.into_iter().skip_while(|it| it != "--").skip(1).collect()
}

/// What may come at the cursor.
#[derive(Debug, Default)]
struct Answer {
    /// The last word, up to the cursor.
    current: String,
    /// The part of it before the value: `--option=`.
    prefix: String,
    /// Whole words, with a description.
    candidates: Vec<(String, String)>,
    /// Files or folders that may come there, too.
    paths: Option<Source>,
}

impl Answer {
    fn files() -> Self {
        Self { paths: Some(Source::Files), ..Self::default() }
    }

    /// What may come at the end of these words.
    fn to(command: Command, words: Vec<OsString>) -> Self {
        // Without it, there is the spec that was compiled in.
        let _ = spec::read_overlay(words.clone());
        let mut command = values::with_values(command, values::Files::LeftToTheShell);
        command.build();
        let words = with_values_joined(&command, words);
        let current = words.last().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
        let index = words.len().saturating_sub(1);
        let found = engine::complete(&mut command, words, index, None).unwrap_or_default();
        let mut answer = Self { current, ..Self::default() };
        for candidate in found {
            answer.add(&candidate);
        }
        answer.drop_options_without_a_dash();
        answer
    }

    fn add(&mut self, candidate: &CompletionCandidate) {
        let value = candidate.get_value().to_string_lossy();
        if let Some((prefix, source)) = Source::of_mark(&value) {
            prefix.clone_into(&mut self.prefix);
            self.paths = Some(source);
            return;
        }
        let help = candidate.get_help().map(ToString::to_string).unwrap_or_default();
        // The first sentence, in one line: the rest is in the help.
        let help = help.lines().next().unwrap_or_default().replace('\t', " ");
        if self.current.starts_with('-')
            && let Some((option, _)) = self.current.split_once('=')
        {
            self.prefix = format!("{option}=");
        }
        self.candidates.push((value.into_owned(), help));
    }

    /// Drops options where the word does not begin like one, unless nothing else may come there.
    fn drop_options_without_a_dash(&mut self) {
        if self.current.is_empty() {
            let is_option = |(value, _): &(String, String)| value.starts_with('-');
            if self.paths.is_some() || !self.candidates.iter().all(is_option) {
                self.candidates.retain(|it| !is_option(it));
            }
        }
    }

    fn kind(&self) -> &'static str {
        match self.paths {
            Some(Source::Files) => "files",
            Some(Source::Folders) => "folders",
            _ => "words",
        }
    }

    /// The value at the cursor.
    fn value(&self) -> &str {
        self.current.strip_prefix(&self.prefix).unwrap_or_default()
    }

    /// bash replaces only what follows the last character that breaks words.
    fn for_bash(&self, line: &Line) -> String {
        let typed = line.typed_before(line.text_start);
        let prefix = self.prefix.get(line.text_start..).unwrap_or_default();
        let value = line.typed_after(line.text_start.max(self.prefix.len()));
        let mut text = format!("{}\n{prefix}\n{value}\n", self.kind());
        for (candidate, _) in &self.candidates {
            if let Some(rest) = candidate.strip_prefix(typed) {
                text.push_str(&line.quoted(rest));
                text.push('\n');
            }
        }
        text
    }

    fn for_zsh(&self) -> String {
        let prefix = if self.prefix.ends_with('=') { &*self.prefix } else { "" };
        let mut text = format!("{}\n{prefix}\n{}\n", self.kind(), self.value());
        for (candidate, help) in &self.candidates {
            let value = candidate.strip_prefix(prefix).unwrap_or(candidate);
            let _ = writeln!(text, "{value}\t{help}");
        }
        text
    }

    fn for_fish(&self) -> String {
        let mut text = format!("{}\n{}\n{}\n", self.kind(), self.prefix, self.value());
        for (candidate, help) in &self.candidates {
            let _ = writeln!(text, "{candidate}\t{help}");
        }
        text
    }
}

/// The words, with an empty value for each option that takes one only behind `=`: the engine would take the next word.
fn with_values_joined(command: &Command, mut words: Vec<OsString>) -> Vec<OsString> {
    let mut commands = vec![command];
    let mut names = Vec::new();
    while let Some(command) = commands.pop() {
        let joined = command.get_arguments().filter(|it| it.is_require_equals_set());
        names.extend(joined.filter_map(|it| it.get_long()).map(|it| format!("--{it}")));
        commands.extend(command.get_subcommands());
    }
    let before = words.len().saturating_sub(1);
    for word in &mut words[..before] {
        if names.iter().any(|name| name.as_str() == word) {
            word.push("=");
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Cli;

    fn complete(line: &str) -> Answer {
        Answer::to(Cli::command(), line.split(' ').map(OsString::from).collect())
    }

    fn candidates(line: &str) -> Vec<String> {
        complete(line).candidates.into_iter().map(|(value, _)| value).collect()
    }

    #[test]
    fn completes_what_an_argument_takes() {
        for (line, expected) in [
            ("sps che", "check"),
            ("sps get management/sn", "management/snmp/trap"),
            ("sps get /api/configuration/management/sn", "/api/configuration/management/snmp/trap"),
            ("sps put management/ema", "management/email"),
            ("sps check --endpoint=management/ema", "--endpoint=management/email"),
            ("sps check -e management/ema", "management/email"),
            ("sps check --allow weak-enc", "weak-encryption"),
            ("sps check --allow=weak-enc", "--allow=weak-encryption"),
            ("sps explain starttls", "starttls-only"),
            ("sps check --target 8", "8.0"),
            ("sps check --format sar", "sarif"),
            ("sps transaction st", "status"),
            ("sps --sim get management/ema", "management/email"),
            ("sps get --sim management/ema", "management/email"),
            ("sps check --deny-w", "--deny-warnings"),
            ("sps completions po", "powershell"),
        ] {
            assert!(
                candidates(line).contains(&expected.to_owned()),
                "{line}: {:?}",
                candidates(line)
            );
        }
        assert!(candidates("sps get management/email ").iter().all(|it| it.starts_with('-')));
        // No user can waive a code of the structure.
        assert!(!candidates("sps check --allow ").contains(&"unknown-key".to_owned()));
        assert!(candidates("sps explain ").contains(&"unknown-key".to_owned()));
    }

    #[test]
    fn leaves_files_to_the_shell() {
        for (line, prefix, source) in [
            ("sps check ", "", Source::Files),
            ("sps check --resolve ", "", Source::Files),
            ("sps check --resolve=obj", "--resolve=", Source::Files),
            ("sps put management/email ", "", Source::Files),
            ("sps put --sim management/email ma", "", Source::Files),
            ("sps export ", "", Source::Folders),
            ("sps get --sim=si", "--sim=", Source::Folders),
            ("sps diff man", "", Source::Files),
        ] {
            let answer = complete(line);
            assert_eq!((answer.prefix.as_str(), answer.paths), (prefix, Some(source)), "{line}");
        }
        for line in
            ["sps get ", "sps check --max-findings ", "sps check --format ", "sps get --host "]
        {
            assert_eq!(complete(line).paths, None, "{line}");
        }
    }

    #[test]
    fn options_wait_for_a_dash() {
        assert!(candidates("sps get ").iter().all(|it| !it.starts_with('-')));
        assert!(candidates("sps check ").is_empty());
        assert!(candidates("sps info ").contains(&"--host".to_owned()));
        assert!(candidates("sps check -").contains(&"--fix".to_owned()));
    }

    #[test]
    fn p057_bash_gets_what_follows_the_last_break() {
        let reply = |text: &str, breaks: &str| {
            let line = Line::read(text, breaks);
            let answer = Answer::to(Cli::command(), line.words()).for_bash(&line);
            let mut lines = answer.lines().map(str::to_owned);
            let head: Vec<String> = lines.by_ref().take(3).collect();
            (head, lines.collect::<Vec<_>>())
        };
        let usual = " \t\n\"'><=;|&(:";
        for (text, breaks, expected) in [
            ("sps check --allow=weak-enc", usual, "weak-encryption"),
            ("sps check --allow=weak-enc", " \t\n", "--allow=weak-encryption"),
            ("sps check --allow=", usual, "weak-encryption"),
            ("sps get \"management/ema", usual, "management/email"),
            ("sps get 'management/ema", usual, "management/email"),
            ("sps get manag\\ement/ema", usual, "management/email"),
            (
                "sps get /api/configuration/management/ema",
                usual,
                "/api/configuration/management/email",
            ),
        ] {
            let (head, values) = reply(text, breaks);
            assert_eq!(head[0], "words", "{text}");
            assert!(values.contains(&expected.to_owned()), "{text}: {values:?}");
        }
        let head = |text, breaks| reply(text, breaks).0;
        assert_eq!(head("sps check --resolve=a/b", usual), ["files", "", "a/b"]);
        assert_eq!(head("sps check --resolve=a/b", " \t\n"), ["files", "--resolve=", "a/b"]);
        assert_eq!(head("sps check a/b", usual), ["files", "", "a/b"]);
    }
}
