//! The examples run and succeed.

#[path = "../../examples/change_object.rs"]
mod change_object;
#[path = "../../examples/create_object.rs"]
mod create_object;
#[path = "../../examples/handle_errors.rs"]
mod handle_errors;

#[test]
fn changes_an_object() {
    change_object::main().unwrap();
}

#[test]
fn creates_an_object() {
    create_object::main().unwrap();
}

#[test]
fn handles_errors() {
    handle_errors::main().unwrap();
}
