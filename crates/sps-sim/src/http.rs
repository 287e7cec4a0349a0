//! Requests and responses, apart from any socket, and the log of them.

mod log;
mod multipart;
mod receive;
mod request;
mod response;

pub use self::log::{FailedHandshake, RequestRecord};
#[cfg(feature = "page")]
pub(crate) use self::request::parameters;
pub(crate) use self::{
    log::{Log, LogFile},
    multipart::{file_name, first_part, first_part_head},
    receive::{CLIENT_TIMEOUT, receive},
    request::{Authorization, Request, percent_encoded},
    response::{Failure, Response},
};
