//! Long-running work: what the appliance keeps outside of its configuration.

mod archive;
mod queue;

pub(crate) use self::{
    archive::{gzip, manifest, tar},
    queue::Jobs,
};
