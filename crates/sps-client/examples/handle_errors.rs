//! Handles errors as data: an invalid body, and a configuration that another user holds.

#![expect(clippy::print_stdout, reason = "an example shows its result")]

use std::{error::Error, time::Duration};

use sps_client::{Advice, Client, ErrorKind, Login};
use sps_model::management::HealthMonitoring;
use sps_sim::{Fault, Simulator};

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::builder().start().await?;
    let client = Client::builder(&simulator.url())?
        .login(Login::password(simulator.user(), simulator.password()))
        .ca_pem(simulator.certificate_pem().unwrap_or_default())
        .lock_wait(Duration::from_millis(100))
        .connect()
        .await?;

    // The client checks every body before it sends it.
    let mut health = client.get::<HealthMonitoring>().await?.into_request();
    health.maximum_disk_utilization_ratio = Some(101);
    let mut transaction = client.transaction().await?;
    let error = transaction.replace(&health).await.err().ok_or("101 % was accepted")?;
    let ErrorKind::Invalid(report) = error.kind() else { return Err(error.into()) };
    for diagnostic in report.errors() {
        println!("{diagnostic}");
    }
    assert_eq!(report.errors().count(), 1);
    transaction.cancel().await?;

    // Another user holds the configuration. After the wait, the error names them.
    simulator.add_fault(Fault::foreign_lock("alice").method("POST").path("/api/transaction"));
    let error = client.transaction().await.err().ok_or("the lock was ignored")?;
    println!("{error}");
    if let Some(advice) = error.advice() {
        println!("help: {advice}");
    }
    assert_eq!(error.holder(), Some("alice"));
    assert_eq!(error.advice(), Some(Advice::WaitForLock));
    client.clean_up().await?;
    Ok(())
}
