//! `sps check`: everything that is wrong with documents.

use std::{
    io::{IsTerminal as _, Write as _},
    path::PathBuf,
    time::SystemTime,
};

use anyhow::{Result, bail};
use clap::ValueEnum;
use sps_model::EndpointInfo;
use sps_validate::{Context, Form, Timestamp, UnknownKeys, Use, Version, fix};

use crate::{
    check::{
        bulk,
        fix::Pending,
        input::{self, Document, Failed, Item, Unit, Unreadable},
        interrupt,
        objects::{Objects, Uses},
        validate::{self, Checked, Wanted},
    },
    cli, endpoint,
    output::{
        self, Part, Render, Rendered, Sink, Stdout, Summary,
        human::{Amount, Human, Show},
        json::{self, Json},
        progress::Progress,
        sarif::{self, Sarif},
    },
    status::Status,
};

/// Check request bodies and responses, and list every mistake.
///
/// The endpoint of a document is the one of --endpoint, or what `meta.href` of a response says, or the
/// longest tail of the path that fits: `site/management/snmp/trap.json` belongs to
/// `management/snmp/trap`, `site/rdp/channel_policies/drawing-only.json` to `rdp/channel_policies`.
///
/// Exit status: 0 all documents are valid, 1 some are not, 2 something could not be read or nobody knows what it is,
/// 130 interrupted. With --fix it is about what came of the repair, with --dry-run about the files as they are.
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

    /// Repair request bodies where there is one response only, show the difference, and check what came of it.
    ///
    /// Takes a response that is checked --as request out of its wrapper, makes references bare keys, corrects a key
    /// that differs from the missing one by a letter or two, adds missing lists and values that may be empty as []
    /// and null, and takes away what stands around a certificate. Everything else keeps its form. Of standard input
    /// the result goes to standard output, and all that is to be said of it to standard error.
    #[arg(long, verbatim_doc_comment)]
    fix: bool,

    /// With --fix: write nothing, only show the difference and what would be left to say of the repaired text.
    ///
    /// Exits with 1 if something would be repaired.
    #[arg(long, requires = "fix")]
    dry_run: bool,

    /// Print only errors and their number (with --deny-warnings, warnings too): no notes, nothing unchecked. Nobody
    /// looks for warnings in a valid document then, which is much faster.
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
    /// A response of the appliance.
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
            FormArg::Response => Self::Response,
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
        writer: Writer { sink, out, summary: Summary::default(), progress: None },
        documents,
        repair,
        // What is said of a valid document, if anything, needs more than to know that it is.
        quick: args.quiet
            && !args.deny_warnings
            && args.resolve.is_none()
            && matches!(args.format, Format::Human),
        objects: args.resolve.as_deref().map(Objects::read).transpose()?,
        uses: Uses::default(),
        context: context(args),
    };
    match args.endpoint.as_deref().map(endpoint::named).transpose() {
        Ok(endpoint) => {
            interrupt::watch();
            let wanted = Wanted { endpoint, form: args.form.map(Form::from) };
            run.all(&args.paths, wanted)?;
        }
        Err(reason) => {
            for path in &args.paths {
                let unreadable = Unreadable::new(path.display().to_string(), &reason);
                run.writer.unreadable(unreadable.failed(Failed::Check))?;
            }
        }
    }
    let Writer { sink, out, summary, .. } = &mut run.writer;
    let status = if interrupt::is_wanted() {
        output::complain("error: interrupted: what follows is about the documents before");
        Status::Interrupted
    } else if !summary.is_complete() {
        Status::Unreadable
    } else if summary.errors > 0
        || (args.deny_warnings && summary.warnings > 0)
        || (args.dry_run && summary.fixed > 0)
    {
        Status::Invalid
    } else {
        Status::Valid
    };
    sink.finish(out, summary, status)?;
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
            let show = Show { color: args.color.is_wanted(), amount, dry_run: args.dry_run };
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
    writer: Writer<'o>,
    /// Where the document of standard input goes when it is repaired.
    documents: Option<&'o mut Stdout>,
    repair: Repair,
    /// Nothing is to be said of valid documents.
    quick: bool,
    objects: Option<Objects>,
    uses: Uses,
    context: Context<'static>,
}

/// Where results go, one after the other.
struct Writer<'o> {
    sink: Box<dyn Sink>,
    out: &'o mut Stdout,
    summary: Summary,
    progress: Option<Progress>,
}

/// What is known of one document, or of several in a row.
enum Outcome {
    /// Nothing is to be said of so many.
    Fine {
        documents: usize,
        bytes: u64,
    },
    Judged {
        result: Box<Result<Found, Unreadable>>,
        bytes: u64,
    },
}

/// What is known of one document that could be checked.
struct Found {
    summary: Summary,
    /// Nothing, when there is nothing to be said.
    rendered: Option<Rendered>,
    source: String,
    references: Vec<Use>,
    /// The document itself, where what the others refer to may change the result.
    document: Option<Document>,
}

impl Run<'_> {
    fn all(&mut self, paths: &[PathBuf], wanted: Wanted) -> Result<()> {
        if matches!(self.repair, Repair::No) {
            return self.bulk(paths, wanted);
        }
        let limits = self.context.limits;
        input::documents(paths, &limits, &mut |unit| {
            // A document is repaired or not; none is left half done.
            unit.each(&limits, &mut |document| {
                if interrupt::is_wanted() { Ok(()) } else { self.repair(document, wanted) }
            })
        })?;
        self.write()
    }

    /// Checks everything on all cores.
    fn bulk(&mut self, paths: &[PathBuf], wanted: Wanted) -> Result<()> {
        let Run { render, writer, quick, objects, uses, context, .. } = self;
        let objects = objects.as_ref();
        if std::io::stderr().is_terminal() {
            writer.progress = Some(Progress::new(input::size(paths)));
        }
        let known = match objects {
            Some(objects) => context.with_resolver(objects),
            None => *context,
        };
        let judge = |document: Result<Document, Unreadable>| {
            let document = document?;
            let again = objects.map(|_| document.clone());
            let checked = validate::check(document, wanted, &known)?;
            Ok(Found::new(checked, again, &**render))
        };
        let is_fine = |text: &str, by_path: Option<&'static EndpointInfo>| {
            *quick && validate::is_accepted(text, by_path, wanted, &known)
        };
        let work = |unit: Unit, outcomes: &mut Vec<Outcome>| {
            unit.each_unless(&known.limits, is_fine, &mut |item| {
                if interrupt::is_wanted() {
                    bail!("the user wants no more");
                }
                match (item, outcomes.last_mut()) {
                    (Item::Fine(length), Some(Outcome::Fine { documents, bytes })) => {
                        *documents += 1;
                        *bytes += length as u64;
                    }
                    (Item::Fine(length), _) => {
                        outcomes.push(Outcome::Fine { documents: 1, bytes: length as u64 });
                    }
                    (Item::Document(document), _) => {
                        let bytes = document.as_ref().map_or(0, |it| it.text.len() as u64);
                        let result = Box::new(judge(document));
                        outcomes.push(Outcome::Judged { result, bytes });
                    }
                }
                Ok(())
            })
        };
        let done = |outcomes: Vec<Vec<Outcome>>| {
            let mut advanced = 0;
            for outcome in outcomes.into_iter().flatten() {
                let mut found = match outcome {
                    Outcome::Fine { documents, bytes } => {
                        advanced += bytes;
                        writer.summary.documents += documents;
                        continue;
                    }
                    Outcome::Judged { result, bytes } => {
                        advanced += bytes;
                        match *result {
                            Ok(found) => found,
                            Err(unreadable) => {
                                writer.unreadable(unreadable)?;
                                continue;
                            }
                        }
                    }
                };
                uses.begin(&found.source);
                let references = std::mem::take(&mut found.references);
                // Only now is it known what the documents before it used.
                if let (Some(objects), Some(document)) = (objects, found.document.take())
                    && uses.is_used(&references)
                {
                    let after = objects.after(uses);
                    let context = context.with_resolver(&after);
                    match validate::check(document, wanted, &context) {
                        Ok(checked) => found = Found::new(checked, None, &**render),
                        Err(unreadable) => {
                            writer.unreadable(unreadable)?;
                            continue;
                        }
                    }
                }
                uses.remember(&references);
                writer.found(found)?;
            }
            writer.advance(advanced);
            Ok(())
        };
        bulk::run(paths, &context.limits, work, done)?;
        if let Some(progress) = writer.progress.take() {
            progress.finish();
        }
        Ok(())
    }

    fn repair(&mut self, document: Result<Document, Unreadable>, wanted: Wanted) -> Result<()> {
        let original = match document {
            Ok(document) => document,
            Err(unreadable) => return self.writer.unreadable(unreadable),
        };
        let checked = match self.check(original.clone(), wanted) {
            Ok(checked) => checked,
            Err(unreadable) => return self.writer.unreadable(unreadable),
        };
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
            Ok(after) => Checked { fixes: fixed.fixes, ..after },
            Err(unreadable) => return self.writer.unreadable(unreadable),
        };
        self.writer.summary.fixed += after.fixes.len();
        let diff = self.render.diff(&checked, &after, &fixed.copied);
        self.hand_over(&original, &fixed.text)?;
        if let (Repair::Write(pending), Some(path)) = (&mut self.repair, &original.path)
            && let Err(unreadable) =
                pending.add(path, original.bytes_before, original.text, fixed.text)
        {
            self.writer.unreadable(unreadable)?;
        }
        self.show(after, diff)
    }

    fn check(&mut self, document: Document, wanted: Wanted) -> Result<Checked, Unreadable> {
        let Some(objects) = &self.objects else {
            return validate::check(document, wanted, &self.context);
        };
        self.uses.begin(&document.source);
        let checked = {
            let after = objects.after(&self.uses);
            validate::check(document, wanted, &self.context.with_resolver(&after))?
        };
        self.uses.remember(&checked.report.references);
        Ok(checked)
    }

    fn show(&mut self, checked: Checked, before: Option<Part>) -> Result<()> {
        let mut found = Found::new(checked, None, &*self.render);
        if let Some(rendered) = &mut found.rendered {
            rendered.parts.splice(..0, before);
        }
        self.writer.found(found)
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
                Err(unreadable) => self.writer.unreadable(unreadable),
            },
            Repair::No | Repair::Show => Ok(()),
        }
    }
}

impl Found {
    fn new(mut checked: Checked, document: Option<Document>, render: &dyn Render) -> Self {
        let report = &mut checked.report;
        let references = document.iter().flat_map(|_| std::mem::take(&mut report.references));
        Self {
            references: references.collect(),
            summary: Summary {
                documents: 1,
                errors: report.errors().count(),
                warnings: report.warnings().count(),
                unchecked: report.unchecked.len(),
                ..Summary::default()
            },
            source: checked.source.clone(),
            document,
            rendered: Some(render.render(checked)),
        }
    }
}

impl Writer<'_> {
    fn found(&mut self, found: Found) -> Result<()> {
        self.summary += found.summary;
        match found.rendered {
            Some(rendered) if !rendered.is_empty() => {
                self.above(|sink, out| sink.checked(out, rendered))
            }
            _ => Ok(()),
        }
    }

    fn unreadable(&mut self, unreadable: Unreadable) -> Result<()> {
        self.summary.fail(unreadable.failed);
        self.above(|sink, out| sink.unreadable(out, unreadable))
    }

    fn advance(&mut self, bytes: u64) {
        if let Some(progress) = &mut self.progress {
            progress.advance(bytes);
        }
    }

    /// Writes above the bar, if there is one: both may be on the same terminal.
    fn above(
        &mut self,
        write: impl FnOnce(&mut dyn Sink, &mut Stdout) -> Result<()>,
    ) -> Result<()> {
        let Self { sink, out, progress, .. } = self;
        match progress {
            Some(progress) if progress.is_shown() => progress.suspend(|| {
                write(&mut **sink, out)?;
                Ok(out.flush()?)
            }),
            _ => write(&mut **sink, out),
        }
    }
}
