//! `sps apply`: a plan carried out in one transaction.

use std::{
    io::{self, BufRead as _, IsTerminal as _, Write as _},
    path::PathBuf,
    thread,
};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use sps_client::Client;
use sps_site::{
    Applied, ApplyError, ApplyOptions, Plan, Site, Snapshot, State,
    apply::{ApplyErrorKind, ApplyEvent, ApplyProgress, Outcome},
    plan::{SavedPlan, Style},
};

use crate::{
    command::{
        object::{Turns, report},
        site::{
            error::{PLAN_AGAIN, not_applied, not_read, not_taken},
            plan::print_plan,
            secrets::SecretArgs,
            seed::seeds,
            tree::{Tree, TreeArgs, load_options},
        },
    },
    connection::{
        self,
        runtime::{self, Stage},
    },
    output::{Stdout, complain, is_quiet, print_result},
    status::Status,
};

/// Bring an appliance to what a tree of files describes, in one transaction
///
/// Plans as `sps plan` does, shows the plan, and asks. Then everything takes effect or nothing: it opens a transaction,
/// sends the secrets and the objects, reviews the appliance's own list of changes, commits, reads everything back, and
/// compares again, which must find nothing to change. A failure or Ctrl-C cancels the transaction, except that a commit
/// that has begun is finished.
///
/// A plan that `sps plan --out` saved is carried out as it was reviewed. It is refused if the appliance or one of its
/// secrets has changed since.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit status:
  0    done, or nothing to change
  1    the tree is invalid or does not fit the appliance, or a value was not taken
  2    it could not be done, or the answer was no
  4    the appliance or a secret has changed since the plan was made, or another session committed
       first; nothing was applied
  130  interrupted

Examples:
  sps apply change.plan --yes
  sps apply config/
  sps apply config/ --yes --message 'office hours, as agreed'
  sps apply config/ --yes --rotate management/snmp/trap/version/value/auth_password
  sps apply examples/site --sim --yes")]
pub(crate) struct ApplyArgs {
    /// Root of the tree, or a plan that `sps plan --out` saved
    #[arg(value_name = "DIR|PLAN")]
    path: PathBuf,

    #[command(flatten)]
    tree: TreeArgs,

    /// Apply without a question
    #[arg(long, short)]
    yes: bool,

    /// Allow that every object of this owned collection is deleted (repeatable)
    #[arg(long, value_name = "COLLECTION")]
    delete_all: Vec<String>,

    /// Commit message for the appliance's change log [default: the numbers of the plan, where commits have a message]
    #[arg(long, short, value_name = "TEXT")]
    message: Option<String>,

    #[command(flatten)]
    secrets: SecretArgs,

    #[command(flatten)]
    connection: connection::Args,
}

/// Where the plan comes from.
enum Source {
    Tree(Box<Tree>),
    Saved { plan: Box<Plan>, root: PathBuf },
}

/// How a plan ended.
enum Ended {
    Done(Status),
    /// Another session committed first, and nothing was applied.
    Conflict(Box<ApplyError>),
}

/// Runs `sps apply`.
pub(crate) fn apply(args: &ApplyArgs, out: &mut Stdout) -> Result<Status> {
    let source = match args.source()? {
        Ok(source) => source,
        Err(status) => return Ok(status),
    };
    runtime::with_seeds(&args.connection, &seeds(&args.secrets), async |client| {
        let mut plan = match args.plan(client, &source).await? {
            Ok(plan) => plan,
            Err(status) => return Ok(status),
        };
        if !out.is_json() {
            print_plan(&plan, out)?;
        } else if !args.yes {
            complain(plan.to_text(Style::Plain).trim_end());
        }
        if plan.is_empty() {
            args.remember_files(&source, &plan);
            return finish(out, &plan, Status::Done, "unchanged");
        }
        if !args.is_agreed(&plan) {
            return finish(out, &plan, Status::Failed, "consent");
        }
        let peer = args.connection.peer(client);
        if !args.confirm(peer, &plan).await? {
            return finish(out, &plan, Status::Failed, "declined");
        }
        let mut turns = Turns::new(&args.connection);
        loop {
            let error = match args.carry_out(client, &plan, out).await? {
                Ended::Done(status) => {
                    if status == Status::Done {
                        args.remember_files(&source, &plan);
                    }
                    return Ok(status);
                }
                Ended::Conflict(error) => error,
            };
            if !matches!(source, Source::Tree(_)) || !turns.wait().await {
                return not_committed(&error, &plan, out);
            }
            let again = match args.plan(client, &source).await? {
                Ok(again) => again,
                Err(status) => return Ok(status),
            };
            if again.is_empty() {
                report("unchanged", "the other session made these changes");
                args.remember_files(&source, &again);
                return finish(out, &again, Status::Done, "unchanged");
            }
            // What was agreed to is this plan. It is carried out if the other commit leaves it as it is.
            if again.to_json()["objects"] != plan.to_json()["objects"] {
                return not_committed(&error, &plan, out);
            }
            plan = again;
        }
    })
}

/// Ends a run that applied nothing.
fn finish(out: &mut Stdout, plan: &Plan, status: Status, reason: &str) -> Result<Status> {
    if out.is_json() {
        let result = json!({
            "applied": false,
            "reason": reason,
            "plan": plan.to_json(),
        });
        print_result(out, result, status)?;
    }
    Ok(status)
}

impl ApplyArgs {
    fn source(&self) -> Result<Result<Source, Status>> {
        let path = &self.path;
        if !path.exists() || path.is_dir() {
            let tree = Tree::read(path, &self.tree, &self.secrets, &self.connection)?;
            return Ok(tree.map(|tree| Source::Tree(Box::new(tree))));
        }
        if !self.tree.only.is_empty() || !self.tree.rotate.is_empty() {
            bail!(
                "{} is a saved plan, which is applied as it is: leave out `--only` and `--rotate`, or pass the tree",
                path.display()
            );
        }
        let saved = match SavedPlan::load(path) {
            Ok(saved) => saved,
            Err(error) => return Ok(Err(not_taken(error)?)),
        };
        let root = if saved.root.as_os_str().is_empty() { ".".into() } else { saved.root.clone() };
        let reader = self.secrets.of_tree(&root, &self.connection)?;
        Ok(match saved.with_secrets(&*reader) {
            Ok(plan) => Ok(Source::Saved { plan: Box::new(plan), root }),
            Err(error) => Err(not_taken(error)?),
        })
    }

    /// Makes the plan, or finds out whether the saved one still fits the appliance.
    async fn plan(&self, client: &Client, source: &Source) -> Result<Result<Plan, Status>> {
        let plan = match source {
            Source::Tree(tree) => return tree.plan(client, &self.connection).await,
            Source::Saved { plan, .. } => (**plan).clone(),
        };
        let found = Snapshot::appliance_of(client).await.map_err(not_read)?;
        let expected = plan.appliance();
        if expected.name != found.name {
            complain(&format!(
                "error: the plan was made for {}, and {} answers; nothing was sent",
                expected.describe(),
                found.describe()
            ));
            complain("help: check `--host`");
            return Ok(Err(Status::Stale));
        }
        if expected.config_hash != found.config_hash {
            complain("error: the configuration changed after the plan was made; nothing was sent");
            if expected.url != found.url {
                complain(&format!(
                    "note: the plan was made for {}, and this is {}",
                    expected.url, found.url
                ));
            }
            complain(PLAN_AGAIN);
            return Ok(Err(Status::Stale));
        }
        Ok(Ok(plan))
    }

    /// Lets the next export change the files that the appliance agrees with now.
    fn remember_files(&self, source: &Source, plan: &Plan) {
        if self.connection.is_simulated() {
            return;
        }
        let Some(folder) = connection::state_folder() else { return };
        match source {
            Source::Tree(tree) => plan.remember_files(tree.site(), &folder),
            Source::Saved { root, .. } => {
                // The tree may be elsewhere, or gone: a saved plan does not need it.
                if let Ok(site) = Site::load_with(root, &load_options()) {
                    plan.remember_files(&site, &folder);
                }
            }
        }
    }

    /// Whether everything that the plan deletes was agreed to.
    fn is_agreed(&self, plan: &Plan) -> bool {
        let mut is_agreed = true;
        for (collection, count) in plan.emptied() {
            if !self.delete_all.iter().any(|it| it == collection) {
                complain(&format!(
                    "error: {collection}: all its objects ({count}) would be deleted; nothing was changed"
                ));
                complain(&format!("help: to delete them, pass `--delete-all {collection}`"));
                is_agreed = false;
            }
        }
        is_agreed
    }

    /// Says what is about to happen, and asks.
    async fn confirm(&self, peer: &str, plan: &Plan) -> Result<bool> {
        let appliance = plan.appliance();
        let about = format!(
            "{peer}, {}, version {}: {}",
            known(&appliance.name),
            known(&appliance.version),
            plan.summary()
        );
        if self.yes {
            report("apply", &about);
            return Ok(true);
        }
        if !io::stdin().is_terminal() {
            complain("error: nothing was changed: there is no terminal on which to ask");
            complain("help: to apply without a question, pass `--yes`");
            return Ok(false);
        }
        complain(&about);
        let is_agreed = ask("apply this plan? [y/N] ").await?;
        if !is_agreed {
            report("canceled", "nothing was changed");
        }
        Ok(is_agreed)
    }

    async fn carry_out(&self, client: &Client, plan: &Plan, out: &mut Stdout) -> Result<Ended> {
        let folder = connection::state_folder().filter(|_| !self.connection.is_simulated());
        let mut state = match &folder {
            Some(folder) => State::open(folder, plan.appliance()),
            None => State::in_memory(),
        };
        let mut options = ApplyOptions::default();
        options.message.clone_from(&self.message);
        options.delete_all = self.delete_all.iter().cloned().collect();
        let mut steps = Steps { peer: self.connection.peer(client).to_owned() };
        let applied = plan.apply(client, &mut state, &options, &mut steps).await;
        runtime::set_stage(Stage::Reading);
        let applied = match applied {
            Ok(applied) => applied,
            Err(error) => {
                let is_conflict =
                    matches!(error.kind(), ApplyErrorKind::Conflict | ApplyErrorKind::Stale);
                if is_conflict && error.outcome() == Outcome::Nothing {
                    return Ok(Ended::Conflict(Box::new(error)));
                }
                return not_committed(&error, plan, out).map(Ended::Done);
            }
        };
        show(&applied, plan, out)
            .map(Ended::Done)
            .context("everything is applied, but the result could not be printed")
    }
}

/// Ends a run whose plan was not applied.
fn not_committed(error: &ApplyError, plan: &Plan, out: &mut Stdout) -> Result<Status> {
    let status = not_applied(error);
    let reason = match status {
        Status::Stale => "stale",
        Status::Invalid => "invalid",
        _ => "failed",
    };
    finish(out, plan, status, reason)
}

/// Prints what was applied, and what is left.
fn show(applied: &Applied, plan: &Plan, out: &mut Stdout) -> Result<Status> {
    report("committed", &applied.summary.to_string());
    if applied.commit.was_ambiguous {
        report("", "the response was lost; a check showed that the commit took effect");
    }
    for note in &applied.notes {
        complain(&format!("note: {note}"));
    }
    let status = match &applied.left {
        Some(left) if left.is_empty() => Status::Done,
        Some(_) => {
            complain("error: the appliance did not take everything; this is left to change:");
            Status::Invalid
        }
        None => Status::Invalid,
    };
    if out.is_json() {
        let result = json!({
            "applied": true,
            "plan": plan.to_json(),
            "left": applied.left.as_ref().map_or(Value::Null, Plan::to_json),
            "notes": applied.notes,
        });
        print_result(out, result, status)?;
    } else if let Some(left) = &applied.left
        && !(is_quiet() && left.is_empty())
    {
        print_plan(left, out)?;
    }
    Ok(status)
}

fn known(text: &str) -> &str {
    if text.is_empty() { "unknown" } else { text }
}

/// Asks on the terminal; only `y` and `yes` are a yes.
async fn ask(question: &str) -> Result<bool> {
    let mut stderr = io::stderr();
    write!(stderr, "{question}").and_then(|()| stderr.flush()).context("cannot ask")?;
    let (sender, answer) = tokio::sync::oneshot::channel();
    // A thread of its own, which an interruption leaves behind: nothing ends the reading of a terminal.
    thread::spawn(move || {
        let mut line = String::new();
        let result = io::stdin().lock().read_line(&mut line).map(|_| line);
        // Without a receiver, the run was interrupted.
        let _ = sender.send(result);
    });
    let line = answer.await.context("cannot read the answer")?.context("cannot read the answer")?;
    Ok(["y", "yes"].contains(&line.trim().to_ascii_lowercase().as_str()))
}

/// Prints each step.
struct Steps {
    peer: String,
}

impl ApplyProgress for Steps {
    fn event(&mut self, event: &ApplyEvent<'_>) {
        match event {
            ApplyEvent::Opening => {
                runtime::set_stage(Stage::Changing);
                report("opening", &format!("a transaction at {}", self.peer));
            }
            ApplyEvent::SendingSecret { label, pointer } => {
                report("secret", &format!("{label}{pointer}"));
            }
            ApplyEvent::Sending { number, of, kind, label } => {
                report(kind.as_str(), &format!("{label} ({number} of {of})"));
            }
            ApplyEvent::Reviewing => report("review", "the appliance's own list of changes"),
            ApplyEvent::Committing => {
                runtime::set_stage(Stage::Committing);
                report("commit", "everything takes effect");
            }
            ApplyEvent::ReadingBack => {
                runtime::set_stage(Stage::Committed);
                report("reading", "everything back");
            }
            _ => {}
        }
    }
}
