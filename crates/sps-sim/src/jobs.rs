//! Long-running work and firmware slots: what the appliance keeps outside of its configuration.

mod archive;
mod firmware;
mod queue;

pub(crate) use self::{
    archive::{gzip, manifest, tar},
    firmware::Slots,
    queue::Jobs,
};
