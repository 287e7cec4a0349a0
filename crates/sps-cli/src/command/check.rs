//! `sps check`: everything that is wrong with documents.

use std::io::IsTerminal as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::SystemTime;

use anyhow::Result;
use anyhow::bail;
use clap::ValueEnum;
use sps_validate::Context;
use sps_validate::Form;
use sps_validate::Timestamp;
use sps_validate::UnknownKeys;
use sps_validate::Version;
use sps_validate::fix;

use crate::cli;
use crate::document;
use crate::document::Checked;
use crate::document::Wanted;
use crate::endpoint;
use crate::fix::Pending;
use crate::input;
use crate::input::Document;
use crate::input::Unreadable;
use crate::objects::Objects;
use crate::output::Part;
use crate::output::Render;
use crate::output::Sink;
use crate::output::Stdout;
use crate::output::Summary;
use crate::output::human::Amount;
use crate::output::human::Human;
use crate::output::human::Show;
use crate::output::json;
use crate::output::json::Json;
use crate::output::sarif;
use crate::output::sarif::Sarif;
use crate::status::Status;

/// Check request bodies and answers, and list every mistake.
///
/// The endpoint of a document is the one of --endpoint, or what `meta.href` of an answer says, or the
/// longest tail of the path that fits: `site/management/snmp/trap.json` belongs to
/// `management/snmp/trap`, `site/rdp/channel_policies/drawing-only.json` to `rdp/channel_policies`.
///
/// Exit status: 0 all documents are valid, 1 some are not, 2 something could not be read.
#[derive(Debug, clap::Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  sps check site/                                   Check every file below a directory
  sps check --endpoint management/email mail.json   Check one file that may lie anywhere
  sps check --resolve objects.json site/            Check the objects that are referred to as well"
)]
pub(crate) struct Args {
    /// Files, directories (searched for *.json, *.jsonl and *.ndjson) or `-` for standard input.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// The endpoint of all documents: its whole path, or the part after `/api/configuration/` or `/api/`.
    #[arg(long, short, value_name = "ENDPOINT")]
    endpoint: Option<String>,

    /// What the documents are, if the wrapper of a response shall not decide.
    #[arg(long = "as", value_enum, value_name = "FORM")]
    form: Option<FormArg>,

    /// The objects that references may name: a JSON object from path to body.
    ///
    /// Such as {"/api/configuration/passwords/KEY": {"plain": "…"}}.
    /// With it, missing objects, unfit passwords and objects used twice (across files too) are found.
    #[arg(long, value_name = "FILE", verbatim_doc_comment)]
    resolve: Option<PathBuf>,

    /// The version of the appliance, such as 7.0.3: finds what that version does not have.
    #[arg(long, value_name = "VERSION")]
    target: Option<Version>,

    /// List unknown keys as not checked instead of refusing them.
    #[arg(long)]
    allow_unknown: bool,

    /// How to print the result.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Human)]
    format: Format,

    /// Exit with 1 for warnings too.
    #[arg(long)]
    deny_warnings: bool,

    /// Repair request bodies where there is one answer only, show the difference, and check what came of it.
    ///
    /// Takes an answer that is checked --as request out of its wrapper, makes references bare keys, corrects a key
    /// that differs from the missing one by a letter or two, adds missing lists and values that may be empty as []
    /// and null, and takes away what stands around a certificate. Everything else keeps its form. Of standard input
    /// the result goes to standard output, and all that is to be said of it to standard error.
    #[arg(long, verbatim_doc_comment)]
    fix: bool,

    /// With --fix: write nothing, only show the difference.
    #[arg(long, requires = "fix")]
    dry_run: bool,

    /// Print only errors and the summary (with --deny-warnings, warnings too): no notes, nothing unchecked.
    #[arg(long, short)]
    quiet: bool,

    /// Whether to print in color.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    color: Color,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Color {
    /// On a terminal, unless the variable `NO_COLOR` is set.
    Auto,
    /// Also into files and pipes.
    Always,
    /// Not even on a terminal.
    Never,
}

impl Color {
    fn is_wanted(self) -> bool {
        // See https://no-color.org; a terminal without any capability says so itself.
        let refused = || {
            std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
                || std::env::var_os("TERM").is_some_and(|value| value == "dumb")
        };
        match self {
            Self::Auto => std::io::stdout().is_terminal() && !refused(),
            Self::Always => true,
            Self::Never => false,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FormArg {
    /// A body for POST or PUT.
    Request,
    /// An answer of the appliance.
    Response,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// For people.
    Human,
    /// For programs: one JSON object.
    Json,
    /// For code hosts and editors: SARIF 2.1.0.
    Sarif,
}

impl From<FormArg> for Form {
    fn from(form: FormArg) -> Self {
        match form {
            FormArg::Request => Self::Request,
            FormArg::Response => Self::Answer,
        }
    }
}

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut Stdout) -> Result<Status> {
    if args.paths.is_empty() {
        cli::missing(
            "check",
            "no file to check: name files or directories, or `-` for standard input",
        );
    }
    let (render, sink) = format(args);
    let mut stderr = Stdout::to_stderr();
    let repair = if !args.fix {
        Repair::No
    } else if args.dry_run {
        Repair::Show
    } else {
        Repair::Write(Pending::default())
    };
    let (out, documents) = if args.fix && args.paths.iter().any(|path| input::is_stdin(path)) {
        if !matches!(args.format, Format::Human) {
            bail!(
                "--fix writes the document of standard input to standard output, so nothing else fits there: \
                   leave out --format, or name a file"
            );
        }
        (&mut stderr, Some(out))
    } else {
        (out, None)
    };
    let mut run = Run {
        render,
        sink,
        out,
        documents,
        repair,
        summary: Summary::default(),
        objects: args.resolve.as_deref().map(Objects::read).transpose()?,
        context: context(args),
    };
    match args.endpoint.as_deref().map(endpoint::named).transpose() {
        Ok(endpoint) => {
            let wanted = Wanted { endpoint, form: args.form.map(Form::from) };
            let limits = run.context.limits;
            input::documents(&args.paths, &limits, &mut |document| run.document(document, wanted))?;
        }
        Err(reason) => {
            for path in &args.paths {
                run.unreadable(Unreadable::new(path.display().to_string(), &reason))?;
            }
        }
    }
    run.write()?;
    let Summary { errors, warnings, unreadable, .. } = run.summary;
    let status = if unreadable > 0 {
        Status::Unreadable
    } else if errors > 0 || (args.deny_warnings && warnings > 0) {
        Status::Invalid
    } else {
        Status::Valid
    };
    run.sink.finish(run.out, &run.summary, status)?;
    Ok(status)
}

fn format(args: &Args) -> (Box<dyn Render>, Box<dyn Sink>) {
    match args.format {
        Format::Json => (Box::new(json::Line), Box::new(Json::default())),
        Format::Sarif => (Box::new(sarif::Results), Box::new(Sarif::default())),
        Format::Human => {
            let amount = match (args.quiet, args.deny_warnings) {
                (false, _) => Amount::Everything,
                (true, true) => Amount::Diagnostics,
                (true, false) => Amount::Errors,
            };
            let show = Show { color: args.color.is_wanted(), amount };
            (Box::new(show), Box::new(Human::new(show)))
        }
    }
}

fn context(args: &Args) -> Context<'static> {
    let unknown_keys = if args.allow_unknown { UnknownKeys::Allow } else { UnknownKeys::Deny };
    let mut context = Context::default().with_unknown_keys(unknown_keys);
    context.target = args.target;
    context.now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .ok()
        .map(|since| Timestamp(since.as_secs()));
    context
}

/// What to do about what can be repaired.
enum Repair {
    No,
    Show,
    Write(Pending),
}

/// One run over all documents.
struct Run<'o> {
    render: Box<dyn Render>,
    sink: Box<dyn Sink>,
    out: &'o mut Stdout,
    /// Where the document of standard input goes when it is repaired.
    documents: Option<&'o mut Stdout>,
    repair: Repair,
    summary: Summary,
    objects: Option<Objects>,
    context: Context<'static>,
}

impl Run<'_> {
    fn document(
        &mut self,
        document: Result<input::Document, Unreadable>,
        wanted: Wanted,
    ) -> Result<()> {
        let document = match document {
            Ok(document) => document,
            Err(unreadable) => return self.unreadable(unreadable),
        };
        let original = (!matches!(self.repair, Repair::No)).then(|| document.clone());
        let checked = match self.check(document, wanted) {
            Ok(checked) => checked,
            Err(unreadable) => return self.unreadable(unreadable),
        };
        match original {
            None => self.show(checked, None),
            Some(original) => self.repaired(original, checked, wanted),
        }
    }

    fn check(&mut self, document: input::Document, wanted: Wanted) -> Result<Checked, Unreadable> {
        let Some(objects) = &mut self.objects else {
            return document::check(document, wanted, &self.context);
        };
        objects.begin(&document.source);
        let checked = document::check(document, wanted, &self.context.with_resolver(&*objects))?;
        objects.remember(&checked.report.references);
        Ok(checked)
    }

    /// Shows what is left to be said of a document after its repair.
    fn repaired(&mut self, original: Document, checked: Checked, wanted: Wanted) -> Result<()> {
        let context = match &self.objects {
            Some(objects) => self.context.with_resolver(objects),
            None => self.context,
        };
        let fixed = checked.subject.and_then(|subject| fix(&checked.text, &subject, &context));
        let Some(fixed) = fixed else {
            self.hand_over(&original, &original.text)?;
            return self.show(checked, None);
        };
        let repaired = Document { text: fixed.text.clone(), ..original.clone() };
        let after = match self.check(repaired, wanted) {
            Ok(after) => after,
            Err(unreadable) => return self.unreadable(unreadable),
        };
        self.summary.fixed += fixed.fixes.len();
        let diff = self.render.diff(&checked, &after, &fixed.fixes);
        self.hand_over(&original, &fixed.text)?;
        if let (Repair::Write(pending), Some(path)) = (&mut self.repair, &original.path)
            && let Err(unreadable) =
                pending.add(path, original.bytes_before, original.text, fixed.text)
        {
            self.unreadable(unreadable)?;
        }
        self.show(after, diff)
    }

    /// Writes the document of standard input.
    fn hand_over(&mut self, original: &Document, text: &str) -> Result<()> {
        if let (Some(documents), None) = (&mut self.documents, &original.path) {
            let is_shown = matches!(self.repair, Repair::Show);
            documents.write_all(if is_shown { &original.text } else { text }.as_bytes())?;
            documents.flush()?;
        }
        Ok(())
    }

    /// Writes what is repaired and not yet in its file.
    fn write(&mut self) -> Result<()> {
        match &mut self.repair {
            Repair::Write(pending) => match pending.write() {
                Ok(()) => Ok(()),
                Err(unreadable) => self.unreadable(unreadable),
            },
            Repair::No | Repair::Show => Ok(()),
        }
    }

    fn show(&mut self, checked: Checked, before: Option<Part>) -> Result<()> {
        self.summary.documents += 1;
        self.summary.errors += checked.report.errors().count();
        self.summary.warnings += checked.report.warnings().count();
        self.summary.unchecked += checked.report.unchecked.len();
        let mut rendered = self.render.render(checked)?;
        rendered.parts.splice(..0, before);
        self.sink.checked(self.out, rendered)
    }

    fn unreadable(&mut self, unreadable: Unreadable) -> Result<()> {
        self.summary.unreadable += 1;
        self.sink.unreadable(self.out, unreadable)
    }
}
