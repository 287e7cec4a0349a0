//! The endpoints that take a body, in one list for all who try each of them.

/// Hands the list to a macro: module, type, path.
macro_rules! every_request {
    ($each:ident) => {
        $each! {
            accounting: Accounting = "management/accounting",
            disk_fillup_prevention: DiskFillupPrevention = "management/disk_fillup_prevention",
            email: Email = "management/email",
            health_monitoring: HealthMonitoring = "management/health_monitoring",
            snmp_trap: SnmpTrap = "management/snmp/trap",
            web_gateway_authentication: WebGatewayAuthentication = "management/web_gateway_authentication",
            webinterface: WebInterface = "management/webinterface",
            password: Password = "passwords",
            time_policy: TimePolicy = "policies/time_policies",
            user_database: UserDatabase = "policies/user_databases",
            rdp_channel_policy: RdpChannelPolicy = "rdp/channel_policies",
            x509: X509 = "x509",
            transaction: TransactionRequest = "transaction",
        }
    };
}
