//! A change of an object: checked, compared, reviewed, committed and read back.

use std::{
    path::Path,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context as _, Result, anyhow, bail};
use serde_json::Value;
use sps_client::{Client, ClientBuilder, CommitReport, ErrorKind, Transaction};
use sps_model::Difference;
use sps_validate::{Form, Kind, UnknownKeys, Version};

use crate::{
    check::allow,
    command::object::{
        draft::{Draft, Leniency},
        outcome,
        patch_document::{Patch, PatchError},
        target::Target,
    },
    connection::{
        self,
        runtime::{self, Stage},
    },
    endpoint, failure,
    file_name::is_stdin,
    output::{Stdout, complain, count, one_line, print, print_result, remark, start_of},
    status::Status,
};

/// How many differences are listed before a change.
const MAX_DIFFERENCES: usize = 100;
/// Characters shown of one difference; a certificate has thousands.
const MAX_DIFFERENCE_CHARS: usize = 300;

/// Options of every change.
#[derive(Debug, clap::Args)]
pub(super) struct ChangeOptions {
    /// Commit message for the appliance's change log
    #[arg(long, short, value_name = "TEXT")]
    message: Option<String>,

    /// Stop after the review and cancel the transaction; exit with 3 if there are differences
    #[arg(long)]
    pub(super) dry_run: bool,

    /// Send unknown keys too that the object does not have; the appliance may ignore them silently
    #[arg(long)]
    allow_unknown: bool,

    /// Waive the rule with this code, such as `weak-encryption` (repeatable); codes of the structure cannot be waived
    #[arg(long, value_name = "CODE", value_parser = allow::code)]
    allow: Vec<&'static str>,

    /// Check for this version, such as that of the next upgrade, instead of the version of the appliance
    #[arg(long, value_name = "VERSION")]
    pub(super) target: Option<Version>,

    #[command(flatten)]
    pub(super) connection: connection::Args,
}

/// One change.
pub(super) struct Change {
    pub(super) target: Target,
    pub(super) action: Action,
    /// The body that the object must still have.
    pub(super) base: Option<Base>,
}

/// What a change does with its target.
pub(super) enum Action {
    Create(Draft),
    /// Work that creates no object, such as a promotion.
    Act(Option<Draft>),
    Replace(Draft),
    Patch {
        patch: Patch,
        /// The file of the patch.
        source: String,
    },
    Delete,
}

/// An object as it was read before.
pub(super) struct Base {
    pub(super) body: Value,
    /// Names the reading in a sentence: `since … was read`.
    pub(super) source: String,
}

/// State of a change before its commit.
enum Progress {
    /// It was sent and is not committed yet.
    Sent(Sent),
    /// There is nothing to commit; the reason was reported.
    Stopped(Status),
}

/// A change that was sent and is not committed yet.
struct Sent {
    /// How many entries the appliance lists for it.
    listed: usize,
    /// The key of a new object.
    key: Option<String>,
    /// What the appliance responded to work that creates no object.
    response: Option<Value>,
    /// What it changes in an object that was there.
    differences: Vec<Difference>,
}

impl Base {
    /// Reads it from a file with a response or the body of a request.
    pub(super) fn read(file: &Path, target: &Target) -> Result<Self> {
        let draft = Draft::read(file, target, Leniency::default(), "put")?;
        let source = one_line(&file.display().to_string()).into_owned();
        let json = draft.json()?;
        let path = endpoint::path_in_href(&json);
        if path.is_some_and(|path| path != target.path) {
            bail!("{source}: this response is about another object than {}", target.path);
        }
        let body = target.body(&json).map_err(|reason| anyhow!("{source}: {reason}"))?;
        if !body.is_object() {
            bail!("{source}: expected the body of {}", endpoint::short(&target.path));
        }
        Ok(Self { body, source })
    }
}

impl ChangeOptions {
    /// What a body may contain that a check would refuse.
    pub(super) fn leniency(&self) -> Leniency {
        let unknown_keys = if self.allow_unknown { UnknownKeys::Allow } else { UnknownKeys::Deny };
        Leniency { unknown_keys, waived: self.allow.clone() }
    }

    /// Makes sure that standard input does not have to hold a file and the password.
    pub(super) fn leave_stdin_to(&self, file: &Path) -> Result<()> {
        if is_stdin(file) && self.connection.takes_stdin() {
            bail!(
                "standard input cannot hold both the body and the password; pass a file for one of them, or set \
                 SPS_PASSWORD"
            );
        }
        Ok(())
    }

    /// Reads a body.
    pub(super) fn draft(
        &self,
        file: &Path,
        target: &Target,
        command: &'static str,
    ) -> Result<Draft> {
        self.leave_stdin_to(file)?;
        Draft::read(file, target, self.leniency(), command)
    }

    /// Connects and makes the change; see [`Self::apply`].
    pub(super) fn make(&self, out: &mut Stdout, change: Change) -> Result<Status> {
        if !change.passes_before(self.target)? {
            return Ok(Status::Invalid);
        }
        self.with_appliance(async |client| {
            let version = version(client).await?;
            change.target.require_version(version)?;
            let version = self.target.or(version);
            if !change.passes_before(version)? {
                return Ok(Status::Invalid);
            }
            self.apply(client, out, change, version).await
        })
    }

    /// Connects with a client that waives what the user waives.
    pub(super) fn with_appliance(
        &self,
        work: impl AsyncFnOnce(&Client) -> Result<Status>,
    ) -> Result<Status> {
        let waive = |builder: ClientBuilder| builder.waive(self.allow.clone());
        runtime::with_configured(&self.connection, &waive, work)
    }

    /// Opens a transaction, compares, changes, reviews, commits and reads back. Reports each step to standard error, and prints
    /// the key of a new object.
    pub(super) async fn apply(
        &self,
        client: &Client,
        out: &mut Stdout,
        change: Change,
        version: Option<Version>,
    ) -> Result<Status> {
        let mut turns = Turns::new(&self.connection);
        loop {
            match self.try_to_apply(client, out, &change, version, &mut turns).await {
                Err(error) if turns.may_start_again(&error).await => {}
                result => return result,
            }
        }
    }

    async fn try_to_apply(
        &self,
        client: &Client,
        out: &mut Stdout,
        change: &Change,
        version: Option<Version>,
        turns: &mut Turns,
    ) -> Result<Status> {
        runtime::set_stage(Stage::Changing);
        let mut transaction = client.transaction().await?;
        report("opened", &format!("a transaction at {}", self.connection.peer(client)));
        let progress = change.send(&mut transaction, version, self.leniency(), turns).await;
        let sent = match progress {
            Ok(Progress::Sent(sent)) if !self.dry_run => sent,
            unfinished => {
                // Canceled here, so that its own failure is reported besides the first one.
                let canceled = transaction.cancel().await;
                let progress = unfinished.inspect_err(|_| match &canceled {
                    Ok(()) => report("canceled", "nothing was changed"),
                    Err(error) if *error.kind() == ErrorKind::SessionEnded => {}
                    Err(error) => failure::complain_of_client(error),
                })?;
                canceled?;
                let (status, differences) = match progress {
                    Progress::Sent(sent) => (Status::Different, sent.differences),
                    Progress::Stopped(status) => (status, Vec::new()),
                };
                // Without a difference, that was reported already.
                if status != Status::Done {
                    report("canceled", "nothing was changed");
                }
                if out.is_json() {
                    print_result(out, outcome::not_committed(status, &differences), status)?;
                }
                return Ok(status);
            }
        };
        let commit = async {
            match &self.message {
                Some(message) => transaction.commit_with_message(message).await,
                None => transaction.commit().await,
            }
        };
        let outcome = runtime::committing(commit).await?;
        report_outcome(&outcome, sent.listed);
        let status = if outcome.is_complete() { Status::Done } else { Status::Invalid };
        let printed = match &sent.key {
            _ if out.is_json() => print_result(
                out,
                outcome::committed(
                    &outcome,
                    sent.key.as_deref(),
                    &sent.differences,
                    sent.response.as_ref(),
                ),
                status,
            ),
            Some(key) => print(out, &one_line(key)),
            None => match &sent.response {
                Some(response) => print(out, &serde_json::to_string_pretty(response)?),
                None => Ok(()),
            },
        };
        printed.context("the change is committed, but the result could not be printed")?;
        Ok(status)
    }
}

impl Change {
    /// Checks what can be checked without the current object, and prints the errors.
    fn passes_before(&self, version: Option<Version>) -> Result<bool> {
        match &self.action {
            Action::Create(draft) | Action::Act(Some(draft)) => draft.check_new(version),
            Action::Replace(draft) => draft.check(version),
            Action::Act(None) | Action::Patch { .. } | Action::Delete => Ok(true),
        }
    }

    /// Compares with the current object, sends the change and reviews it.
    async fn send(
        &self,
        transaction: &mut Transaction,
        version: Option<Version>,
        leniency: Leniency,
        turns: &mut Turns,
    ) -> Result<Progress> {
        let Self { target, action, base } = self;
        let path = target.path.as_str();
        let reads = match action {
            Action::Create(_) | Action::Act(_) => false,
            Action::Replace(_) => target.endpoint.is_some() || base.is_some(),
            Action::Patch { .. } => true,
            Action::Delete => base.is_some(),
        };
        let current =
            if reads { Some(target.current(&transaction.get_raw(path).await?)?) } else { None };
        if let (Some(base), Some(current)) = (base, &current)
            && !base.still_holds(target, current)
        {
            return Ok(Progress::Stopped(Status::Stale));
        }
        if matches!(action, Action::Replace(_))
            && let Some(current) = &current
            && !turns.is_as_before(target, current)
        {
            return Ok(Progress::Stopped(Status::Stale));
        }
        let of_patch;
        let draft = match action {
            Action::Create(draft) => {
                let body = draft.value()?.into();
                let response = transaction.create_raw(path, &body, leniency.unknown_keys).await?;
                let new = response.key.unwrap_or_default();
                report("created", &format!("{path}/{new}"));
                return review(transaction, Some(new), Vec::new()).await;
            }
            Action::Act(draft) => {
                let body = draft.as_ref().map(Draft::value).transpose()?.map(Into::into);
                let keys = leniency.unknown_keys;
                let response = transaction.act_raw(path, body.as_ref(), keys).await?;
                report("done", &format!("{path}, once it is committed"));
                let progress = review(transaction, None, Vec::new()).await?;
                return Ok(match progress {
                    Progress::Sent(sent) => {
                        let response = Some(response.content.as_value().clone());
                        Progress::Sent(Sent { response, ..sent })
                    }
                    stopped @ Progress::Stopped(_) => stopped,
                });
            }
            Action::Delete => {
                transaction.delete_raw(path).await?;
                report("deleted", path);
                return review(transaction, None, Vec::new()).await;
            }
            Action::Replace(draft) => draft,
            Action::Patch { patch, source } => {
                let current = current.as_ref().unwrap_or(&Value::Null);
                match patched(patch, source, target, current)? {
                    Some(text) => {
                        let name = format!("{source} applied");
                        of_patch = Draft::new(&name, text, target, leniency.clone());
                        &of_patch
                    }
                    None => return Ok(Progress::Stopped(Status::Stale)),
                }
            }
        };
        let mut accepted = leniency.unknown_keys;
        let mut differences = Vec::new();
        let value = draft.value()?;
        if let Some(current) = current.filter(|_| target.endpoint.is_some()) {
            if !draft.check_against(&current, version)? {
                return Ok(Progress::Stopped(Status::Invalid));
            }
            // Those that are left belong to the object.
            accepted = UnknownKeys::Allow;
            differences = target.differences(&current, &value);
            if differences.is_empty() {
                report("unchanged", &format!("{path} has these values already"));
                return Ok(Progress::Stopped(Status::Done));
            }
            report_differences(&differences);
        }
        transaction.replace_raw(path, &value.into(), accepted).await?;
        report("changed", path);
        review(transaction, None, differences).await
    }
}

impl Base {
    /// Whether the object is still as it was read; lists what changed if not.
    fn still_holds(&self, target: &Target, current: &Value) -> bool {
        let moved = target.differences(&self.body, current);
        if moved.is_empty() {
            return true;
        }
        let name = endpoint::short(&target.path);
        complain(&format!(
            "error: {name} has changed since {} was read; nothing was sent",
            self.source
        ));
        for difference in moved.iter().take(MAX_DIFFERENCES) {
            complain(&format!("  {}", shown(difference)));
        }
        complain("help: read the object again and repeat your change on it");
        false
    }
}

/// What several attempts to make one change have seen.
pub(in crate::command) struct Turns {
    limit: Duration,
    start: Instant,
    failed: u32,
    /// The object that the first attempt found.
    first: Option<Value>,
}

impl Turns {
    pub(in crate::command) fn new(connection: &connection::Args) -> Self {
        Self { limit: connection.lock_wait(), start: Instant::now(), failed: 0, first: None }
    }

    /// Whether another session committed first and there is time left; waits a little then.
    async fn may_start_again(&mut self, error: &anyhow::Error) -> bool {
        let error = error.downcast_ref::<sps_client::Error>();
        error.is_some_and(|it| *it.kind() == ErrorKind::CommitConflict) && self.wait().await
    }

    /// Waits for the next turn, unless the time is over. The waits differ between processes that wait for each other.
    pub(in crate::command) async fn wait(&mut self) -> bool {
        if self.start.elapsed() >= self.limit {
            return false;
        }
        self.failed += 1;
        let nanoseconds =
            SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |it| it.subsec_nanos());
        let random = u64::from(nanoseconds ^ std::process::id().wrapping_mul(0x9E37_79B1)) % 400;
        let wait = 50 + random * u64::from(self.failed.min(5));
        report("again", "another session committed first; nothing was changed yet");
        tokio::time::sleep(Duration::from_millis(wait)).await;
        true
    }

    /// Whether the object is still as the first attempt found it: its user has seen no other.
    fn is_as_before(&mut self, target: &Target, current: &Value) -> bool {
        let first = self.first.get_or_insert_with(|| current.clone());
        let is_same = target.differences(first, current).is_empty();
        if !is_same {
            complain(&format!(
                "error: another session changed {} at the same time; nothing of yours took effect",
                endpoint::short(&target.path)
            ));
            complain("help: read the object again and repeat your change on it");
        }
        is_same
    }
}

/// The version of the appliance, if it tells one.
pub(super) async fn version(client: &Client) -> Result<Option<Version>> {
    match client.info().await {
        Ok(info) => {
            let version = info.body.firmware_version.into_option().and_then(|it| it.parse().ok());
            Ok(version)
        }
        // An appliance that hides its version is checked as far as possible.
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::NotFound | ErrorKind::Unauthorized | ErrorKind::UnexpectedResponse
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// The text of the patched body; `None` if a test of the patch failed, which is reported.
fn patched(
    patch: &Patch,
    source: &str,
    target: &Target,
    current: &Value,
) -> Result<Option<String>> {
    let subject = target.endpoint.and_then(|endpoint| endpoint.subject(Form::Request));
    let kind = subject.map_or(Kind::Any, |subject| subject.body);
    match patch.apply(kind, current) {
        Ok(body) => Ok(Some(serde_json::to_string_pretty(&body)?)),
        Err(PatchError::Test { pointer }) => {
            complain(&format!("error: {source}: the test of {pointer} failed; nothing was sent"));
            Ok(None)
        }
        Err(PatchError::TooLarge { operation }) => bail!(
            "{source}: operation {operation} makes the body larger than any body may be; nothing was sent"
        ),
        Err(PatchError::Misfit { pointer, operation }) => bail!(
            "{source}: operation {operation} does not fit the object: nothing is at {pointer}; nothing was sent"
        ),
    }
}

/// Lists what the appliance would commit.
async fn review(
    transaction: &mut Transaction,
    key: Option<String>,
    differences: Vec<Difference>,
) -> Result<Progress> {
    let changes = transaction.review().await?.changes;
    for change in &changes {
        let owner = if change.is_ours { "" } else { "  (foreign change)" };
        report("review", &format!("{change}{owner}"));
    }
    let listed = changes.len();
    Ok(Progress::Sent(Sent { listed, key, response: None, differences }))
}

/// Lists old and new values, without secrets.
fn report_differences(differences: &[Difference]) {
    for difference in differences.iter().take(MAX_DIFFERENCES) {
        let step = match difference.op() {
            "replace" => "set",
            op => op,
        };
        report(step, &shown(difference));
    }
    if let Some(more) = differences.len().checked_sub(MAX_DIFFERENCES).filter(|more| *more > 0) {
        report("", &format!("and {}", count(more, "more difference")));
    }
}

/// One difference on one line of a readable length.
fn shown(difference: &Difference) -> String {
    let text = difference.to_string();
    start_of(&one_line(&text), MAX_DIFFERENCE_CHARS).into_owned()
}

/// Reports the outcome of a commit for which the appliance had listed this many entries.
fn report_outcome(outcome: &CommitReport, listed: usize) {
    let changes = match listed {
        0 => "no change: the appliance lists no difference".to_owned(),
        _ => count(outcome.changed, "change"),
    };
    report("committed", &changes);
    if outcome.was_ambiguous {
        report("", "the response was lost; a check showed that the commit took effect");
    }
    for it in &outcome.unverified {
        // A whole object that could not be read back decides the status, so `--quiet` prints it too.
        if it.pointer.is_empty() {
            complain(&step("unverified", &it.to_string()));
        } else {
            report("unverified", &it.to_string());
        }
    }
    for it in &outcome.mismatches {
        complain(&step("MISMATCH", &it.to_string()));
    }
    if outcome.is_complete() {
        let result = if outcome.unverified.is_empty() {
            "every value is as it was sent"
        } else {
            "every value that could be read back is as it was sent"
        };
        report("verified", result);
    }
}

/// Reports one step to standard error; standard output is for results.
pub(in crate::command) fn report(name: &str, text: &str) {
    remark(&step(name, text));
}

fn step(name: &str, text: &str) -> String {
    format!("{name:<10} {}", one_line(text))
}
