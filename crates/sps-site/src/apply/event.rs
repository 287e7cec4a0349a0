//! What happens while a plan is applied, for a caller that shows it.

use crate::{label::Label, plan::OperationKind};

/// Takes what happens while a plan is applied. The library prints nothing.
///
/// ```
/// use sps_site::apply::{ApplyEvent, ApplyProgress};
///
/// /// Counts the requests that change something.
/// #[derive(Default)]
/// struct Counter(usize);
///
/// impl ApplyProgress for Counter {
///     fn event(&mut self, event: &ApplyEvent<'_>) {
///         if let ApplyEvent::Sending { .. } = event {
///             self.0 += 1;
///         }
///     }
/// }
/// ```
pub trait ApplyProgress: Send {
    /// Something begins.
    fn event(&mut self, event: &ApplyEvent<'_>);
}

/// Something that begins while a plan is applied.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ApplyEvent<'a> {
    /// The transaction is opened, perhaps after waiting for another session.
    Opening,
    /// An object that holds a secret is created.
    SendingSecret {
        /// The object of the tree that has the secret.
        label: &'a Label,
        /// The place of the secret in it.
        pointer: &'a str,
    },
    /// A request of the plan is sent.
    Sending {
        /// Its number, from 1 on.
        number: usize,
        /// The number of all.
        of: usize,
        /// Its kind.
        kind: OperationKind,
        /// Its object.
        label: &'a Label,
    },
    /// The appliance's own list of changes is read.
    Reviewing,
    /// Everything takes effect.
    Committing,
    /// The objects are read back.
    ReadingBack,
}

/// Shows nothing.
impl ApplyProgress for () {
    fn event(&mut self, _: &ApplyEvent<'_>) {}
}
