//! Creates a password and refers to it from the mail settings, in one transaction.

#![expect(clippy::print_stdout, reason = "an example shows its result")]

use std::error::Error;

use sps_client::{Client, Login};
use sps_model::{Optional, Secret, management::Email, passwords::Password};
use sps_sim::Simulator;

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::builder().start().await?;
    let client = Client::builder(&simulator.url())?
        .login(Login::password(simulator.user(), simulator.password()))
        .ca_pem(simulator.certificate_pem().unwrap_or_default())
        .connect()
        .await?;

    let mut email = client.get::<Email>().await?.into_request();
    let mut transaction = client.transaction().await?;
    let password = Password::new().with_plain(Secret::new("correct horse battery"));
    // The key of a password fits only into a field that refers to one.
    let key = transaction.create(&password).await?;
    email.smtp_auth.enabled = true;
    email.smtp_auth.username = Optional::Present("relay".to_owned());
    email.smtp_auth.password = Optional::Present(key);
    transaction.replace(&email).await?;
    let report = transaction.commit().await?;
    for value in &report.unverified {
        println!("{value}"); // Responses do not show secrets.
    }
    assert_eq!((report.changed, report.mismatches.len()), (2, 0));

    // In a response, the reference is an object with the key in it.
    let auth = client.get::<Email>().await?.body.smtp_auth;
    assert!(auth.password.is_present());
    client.clean_up().await?;
    Ok(())
}
