//! One tiny spec per lint, with the message it must give.
