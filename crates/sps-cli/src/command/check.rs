//! `sps check`: every mistake in documents.

mod repair;
mod result;
mod run;
mod site;

use std::{collections::BTreeSet, path::PathBuf};

use anyhow::{Result, bail};
use clap::ValueEnum;
use sps_validate::{Context, Form, UnknownKeys, Version};

use crate::{
    check::{
        allow,
        document::{SourceError, Step},
        exclude::Pattern,
        interrupt,
        objects::Objects,
        selection::Selection,
        validate::{Declared, now},
    },
    command::{
        check::result::{Settings, Writer},
        site::SecretArgs,
    },
    endpoint,
    file_name::is_stdin,
    output::{
        Stdout, complain,
        github::{Annotations, GitHub},
        gitlab::{GitLab, Issues},
        html::check::{Findings, Html},
        human::{Amount, Human, Show},
        is_stdout_colored,
        json::{self, Json},
        line::{LineWriter, Lines},
        report::{Render, Sink, Summary},
        sarif::{self, Sarif},
    },
    status::Status,
    usage::MissingArgument,
};

/// Check requests and responses and list every mistake
///
/// The endpoint of a document comes from --endpoint, from `meta.href` of a response, or from the path of its file: the
/// longest tail that is an endpoint, perhaps followed by the ID of an object. For example,
/// `site/management/snmp/trap.json` belongs to `management/snmp/trap`. Other files in a directory are skipped and
/// counted; a file that is passed itself must have an endpoint.
///
/// A directory with `sps.toml` is a tree of files, as `sps plan` takes it, and is checked as a whole, with its notations
/// and settings. For a file or directory in a tree, the whole tree is read, and the report has what is about that file
/// or directory. With --endpoint or --as, each file is a document by itself.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit status:
  0    all documents are valid
  1    a document is invalid, or --dry-run found something to repair
  2    a document could not be read, or its endpoint is unknown
  130  interrupted

Examples:
  sps check site/
  sps check --endpoint management/email mail.json
  sps check examples/site --target 8.0
  sps check --resolve objects.json site/")]
pub(crate) struct Args {
    /// Files, directories (searched for JSON, JSON Lines and YAML), or `-` for standard input
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Endpoint of all documents: the full path, or the part after `/api/configuration/` or `/api/`
    #[arg(long, short, value_name = "ENDPOINT")]
    endpoint: Option<String>,

    /// Form of all documents [default: `response` for wrapped bodies, else `request`]
    #[arg(long = "as", value_enum, value_name = "FORM")]
    form: Option<FormArg>,

    /// File with the objects that references may point to
    ///
    /// The file is a JSON object from path to body, such as {"/api/configuration/passwords/KEY": {"plain": "…"}}. With
    /// it, the check finds references to missing objects, unsuitable passwords, and objects that are used twice, also
    /// across files. In a tree, the other files and --with-secrets do that.
    #[arg(long, value_name = "FILE")]
    resolve: Option<PathBuf>,

    /// Version of the appliance, such as 7.0.3; reports what that version does not have [default in a tree: that of
    /// `sps.toml`]
    #[arg(long, value_name = "VERSION")]
    target: Option<Version>,

    /// List unknown keys as not checked instead of rejecting them
    #[arg(long)]
    allow_unknown: bool,

    /// Waive the rule with this code, such as `weak-encryption` (repeatable); codes of the structure cannot be waived
    #[arg(long, value_name = "CODE", value_parser = allow::code)]
    allow: Vec<&'static str>,

    /// Leave out files in directories that match, such as `schemas` or `site/*.draft.json` (repeatable)
    #[arg(long, value_name = "PATTERN")]
    exclude: Vec<Pattern>,

    /// Pass over files that belong to no endpoint, also where they are passed themselves, as a hook does
    #[arg(long)]
    ignore_foreign: bool,

    /// Check files that `.gitignore` leaves out too
    #[arg(long)]
    no_ignore: bool,

    /// Show at most this many findings for each file; formats for programs have all
    #[arg(long, value_name = "NUMBER", default_value = "100")]
    max_findings: usize,

    /// Output format
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Human)]
    format: Format,

    /// Exit with status 1 for warnings too
    #[arg(long)]
    deny_warnings: bool,

    /// Repair requests, show the changes, and check the result
    ///
    /// Repairs only mistakes with a single solution: unwraps a response that is checked `--as request`, replaces
    /// reference objects with their keys, corrects misspelled keys, adds missing keys whose value can be [] or null,
    /// and removes text around a certificate. The rest of the file stays as it is, and so do the notations of a tree. A document from standard input is
    /// written to standard output, and its findings to standard error.
    #[arg(long)]
    fix: bool,

    /// With --fix: show the changes and the remaining findings, but write nothing
    #[arg(long, requires = "fix")]
    dry_run: bool,

    /// Print only errors and their number, no warnings or notes
    ///
    /// Warnings are printed with --deny-warnings. Without it, valid documents are not searched for warnings, which is
    /// much faster.
    #[arg(long, short)]
    quiet: bool,

    /// Read the secrets of trees, and check them too: those that are missing, and the rules for passwords
    #[arg(long, help_heading = "Secrets")]
    with_secrets: bool,

    #[command(flatten)]
    secrets: SecretArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FormArg {
    /// A body for PUT or POST
    Request,
    /// A response of the appliance
    Response,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// Findings with the lines they are about, for people
    Human,
    /// One line for each finding
    Concise,
    /// One JSON object
    Json,
    /// SARIF 2.1.0, for code hosts and editors
    Sarif,
    /// Workflow commands, which GitHub Actions shows as annotations
    #[value(name = "github")]
    GitHub,
    /// A Code Quality report for GitLab
    #[value(name = "gitlab")]
    GitLab,
    /// A page in one file, with filters
    Html,
}

impl From<FormArg> for Form {
    fn from(form: FormArg) -> Self {
        match form {
            FormArg::Request => Self::Request,
            FormArg::Response => Self::Response,
        }
    }
}

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut Stdout) -> Result<Status> {
    if args.paths.is_empty() {
        let message = "nothing to check: pass files or directories, or `-` for standard input";
        return Err(MissingArgument { command: "check", message }.into());
    }
    if args.secrets.is_passed() && !args.with_secrets {
        bail!(
            "no secret is read without `--with-secrets`; pass it, or leave out the options about secrets"
        );
    }
    let has_stdin = args.paths.iter().any(|path| is_stdin(path));
    let (render, sink) = format(args);
    let mut stderr = Stdout::to_stderr();
    let (out, repaired_stdin) = if args.fix && has_stdin {
        if !matches!(args.format, Format::Human | Format::Concise) {
            bail!(
                "with --fix, standard output carries the document of standard input; leave out --format, or pass a file"
            );
        }
        (&mut stderr, Some(out))
    } else {
        (out, None)
    };
    let mut writer =
        Writer { sink, out, summary: Summary::default(), progress: None, last_skipped: None };
    let mut settings = Settings {
        declared: Declared {
            form: args.form.map(Form::from),
            ignore_foreign: args.ignore_foreign,
            ..Declared::default()
        },
        context: context(args),
        allowed: args.allow.clone(),
        objects: args.resolve.as_deref().map(Objects::read).transpose()?,
        secrets: if args.with_secrets { Some(args.secrets.sources_without_login()?) } else { None },
        render,
        // Other output about a valid document needs more than the fact that it is valid.
        is_quick: args.quiet
            && !args.deny_warnings
            && args.resolve.is_none()
            && !matches!(args.format, Format::Json),
    };
    match args.endpoint.as_deref().map(endpoint::named).transpose() {
        Ok(endpoint) => {
            interrupt::watch();
            settings.declared.endpoint = endpoint;
            let selection = Selection {
                paths: once_each(&args.paths),
                exclude: args.exclude.clone(),
                with_ignored: args.no_ignore,
                // A body that is declared to be something else is no member of a tree.
                with_trees: args.endpoint.is_none() && args.form.is_none(),
            };
            if args.fix {
                repair::run(&settings, &mut writer, &selection, repaired_stdin, args.dry_run)?;
            } else {
                run::run(&settings, &mut writer, &selection)?;
            }
        }
        Err(reason) => {
            for path in &args.paths {
                let error = SourceError::new(path.display().to_string(), &reason);
                writer.source_error(error.at(Step::Check))?;
            }
        }
    }
    writer.note_skipped();
    let Writer { mut sink, out, mut summary, .. } = writer;
    let status = status(args, &summary);
    if args.quiet {
        // They are not searched for in valid documents.
        summary.unchecked = 0;
        summary.warnings = if args.deny_warnings { summary.warnings } else { 0 };
    }
    sink.finish(out, &summary, status)?;
    Ok(status)
}

/// The paths, without those that name the same file again.
fn once_each(paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut seen = BTreeSet::new();
    let mut is_new = |path: &&PathBuf| {
        let plain = path.strip_prefix(".").unwrap_or(path.as_path());
        // Standard input is read once, which its reader says.
        is_stdin(path) || seen.insert(plain.to_owned())
    };
    paths.iter().filter(|path| is_new(path)).cloned().collect()
}

fn status(args: &Args, summary: &Summary) -> Status {
    if interrupt::is_requested() {
        complain("error: interrupted; the results are incomplete");
        Status::Interrupted
    } else if !summary.is_complete()
        // Where only the value of a secret is missing, no file is wrong.
        || (summary.unavailable > 0 && summary.errors == summary.unavailable)
    {
        Status::Failed
    } else if summary.errors > 0
        || (args.deny_warnings && summary.warnings > 0)
        || (args.dry_run && summary.fixed > 0)
    {
        Status::Invalid
    } else {
        Status::Done
    }
}

fn format(args: &Args) -> (Box<dyn Render>, Box<dyn Sink>) {
    let amount = match (args.quiet, args.deny_warnings) {
        (false, _) => Amount::Everything,
        (true, true) => Amount::Diagnostics,
        (true, false) => Amount::Errors,
    };
    let show = Show { color: is_stdout_colored(), amount, dry_run: args.dry_run };
    match args.format {
        Format::Human => (Box::new(show), Box::new(Human::new(show, args.max_findings))),
        Format::Concise => {
            (Box::new(Lines(show)), Box::new(LineWriter::new(show, args.max_findings)))
        }
        Format::GitHub => (Box::new(Annotations(show)), Box::new(GitHub::new(show))),
        Format::GitLab => (Box::new(Issues(amount)), Box::new(GitLab::default())),
        Format::Html => (Box::new(Findings(show)), Box::new(Html::new(show, args.max_findings))),
        Format::Json => (Box::new(json::Line(amount)), Box::new(Json::default())),
        Format::Sarif => (Box::new(sarif::Results(amount)), Box::new(Sarif::default())),
    }
}

fn context(args: &Args) -> Context<'static> {
    let unknown_keys = if args.allow_unknown { UnknownKeys::Allow } else { UnknownKeys::Deny };
    let mut context = Context::default().with_unknown_keys(unknown_keys);
    context.target = args.target;
    context.now = now();
    context
}
