//! Requests and responses, apart from any socket, and the log of them.

mod log;
mod multipart;
mod request;
mod response;

pub use self::log::{FailedHandshake, RequestRecord};
pub(crate) use self::{
    log::{Log, LogFile},
    multipart::{file_name, first_part, first_part_head},
    request::{Authorization, Request},
    response::{Failure, Response},
};
