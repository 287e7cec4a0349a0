//! Reads an object, changes it, reviews the transaction and commits it.

#![expect(clippy::print_stdout, reason = "an example shows its result")]

use std::error::Error;

use sps_client::{Client, Login};
use sps_model::management::HealthMonitoring;
use sps_sim::Simulator;

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::builder().start().await?;
    let client = Client::builder(&simulator.url())?
        .login(Login::password(simulator.user(), simulator.password()))
        .ca_pem(simulator.certificate_pem().unwrap_or_default())
        .connect()
        .await?;

    let mut health = client.get::<HealthMonitoring>().await?.into_request();
    health.maximum_disk_utilization_ratio = Some(80);

    // Dropping the transaction would cancel it, also after an error.
    let mut transaction = client.transaction().await?;
    transaction.replace(&health).await?;
    for change in transaction.review().await?.changes {
        println!("{change}");
    }
    let report = transaction.commit().await?;
    for mismatch in &report.mismatches {
        println!("{mismatch}");
    }
    assert!(report.is_complete());

    let health = client.get::<HealthMonitoring>().await?.body;
    assert_eq!(health.maximum_disk_utilization_ratio, Some(80));
    client.clean_up().await?;
    Ok(())
}
