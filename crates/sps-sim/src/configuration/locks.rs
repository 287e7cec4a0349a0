//! The open transactions, and which of them may exist beside each other.

use sps_spec::Version;

use crate::configuration::{store::Configuration, transaction::Transaction};

/// How many sessions may have a transaction at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Locks {
    /// One session: a transaction locks the configuration for all others.
    Single,
    /// Any number. Each session sees its own changes, and a commit after that of another session is refused.
    Parallel,
}

impl Locks {
    /// Returns what a version has. The guide of 6.9.5 is the first that allows several transactions, and those up to
    /// 6.0.12 allow one. For the versions between, one is assumed: a client must then expect the lock.
    pub fn of(target: &Version) -> Self {
        if *target >= Version::new([6, 9, 5]) { Self::Parallel } else { Self::Single }
    }
}

/// The open transactions, in the order in which they were opened.
#[derive(Debug)]
pub(crate) struct Transactions {
    locks: Locks,
    open: Vec<Transaction>,
    /// Number of commits since the start, of transactions in which something was written.
    commits: u64,
    /// User of the last of them.
    committed_by: String,
}

impl Transactions {
    pub(crate) fn new(locks: Locks) -> Self {
        Self { locks, open: Vec::new(), commits: 0, committed_by: String::new() }
    }

    /// Returns the transaction of a session, and opens it if necessary.
    pub(crate) fn open(
        &mut self,
        token: &str,
        user: &str,
        committed: &Configuration,
    ) -> &mut Transaction {
        let at = self.open.iter().position(|it| it.token == token).unwrap_or_else(|| {
            self.open.push(Transaction {
                token: token.to_owned(),
                user: user.to_owned(),
                base: self.commits,
                is_written: false,
                pending: committed.clone(),
                changes: Vec::new(),
            });
            self.open.len() - 1
        });
        &mut self.open[at]
    }

    /// Ends the transaction of a session.
    pub(crate) fn close(&mut self, token: &str) {
        self.open.retain(|it| it.token != token);
    }

    /// Keeps only the transactions of these sessions.
    pub(crate) fn retain(&mut self, is_alive: impl Fn(&str) -> bool) {
        self.open.retain(|it| is_alive(&it.token));
    }

    /// Ends the transaction of a session after its commit.
    pub(crate) fn commit(&mut self, token: &str) {
        if let Some(at) = self.open.iter().position(|it| it.token == token) {
            let transaction = self.open.remove(at);
            if transaction.is_written {
                self.commits += 1;
                self.committed_by = transaction.user;
            }
        }
    }

    /// Returns all transactions.
    pub(crate) fn all(&self) -> &[Transaction] {
        &self.open
    }

    /// Returns the transaction of a session.
    pub(crate) fn of(&self, token: &str) -> Option<&Transaction> {
        self.open.iter().find(|it| it.token == token)
    }

    /// Returns the transaction that locks a session out.
    pub(crate) fn blocking(&self, token: &str) -> Option<&Transaction> {
        match self.locks {
            Locks::Single => self.open.iter().find(|it| it.token != token),
            Locks::Parallel => None,
        }
    }

    /// Returns the user whose commit made this transaction stale.
    pub(crate) fn overtaken_by(&self, transaction: &Transaction) -> Option<&str> {
        let is_stale = transaction.is_written && transaction.base != self.commits;
        is_stale.then_some(&self.committed_by)
    }
}
