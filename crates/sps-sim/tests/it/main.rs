//! The simulator, asked over its socket as a client would ask.

mod client;
mod flow;
