//! How other machines reach a simulator, and what that means.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use sps_sim::Simulator;

use crate::{command::sim::Args, output::remark};

/// Addresses of documentation (RFC 5737 and 3849): no packet goes there.
const ELSEWHERE: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::new(198, 51, 100, 1)),
    IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1)),
];

/// Warns if other machines can reach a simulator, and of what they can read on the way.
pub(super) fn warn(args: &Args, simulator: &Simulator) {
    let address = simulator.addr();
    if address.ip().is_loopback() {
        return;
    }
    remark(&format!("warning: other machines can reach this simulator: it listens on {address}"));
    if args.plain_http && !args.no_page {
        let what = if args.page_secrets {
            "the token of the page and the secrets that it shows"
        } else {
            "the token of the page"
        };
        remark(&format!(
            "warning: without TLS, the network can read {what}; leave out --plain-http"
        ));
    }
}

/// Returns the address of the page for other machines, if it is not the printed one: that of a simulator which listens on
/// every address leads to the own machine.
pub(super) fn page_elsewhere(simulator: &Simulator) -> Option<String> {
    let (page, url) = (simulator.page_url()?, simulator.url());
    let (scheme, _) = url.split_once("://")?;
    let address = SocketAddr::new(outside(simulator)?, simulator.addr().port());
    Some(format!("{scheme}://{address}{}", page.strip_prefix(&url)?))
}

/// Returns an address of this machine that others can reach, if the simulator listens on every address.
pub(super) fn outside(simulator: &Simulator) -> Option<IpAddr> {
    let listens = simulator.addr().ip();
    if !listens.is_unspecified() {
        return None;
    }
    let fits = ELSEWHERE.iter().filter(|it| listens.is_ipv6() || it.is_ipv4());
    fits.filter_map(|it| route(*it)).find(|it| !it.is_loopback())
}

/// Returns the own address with which packets to another one would be sent. A UDP socket that connects sends none.
fn route(to: IpAddr) -> Option<IpAddr> {
    let any: IpAddr =
        if to.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect((to, 9)).ok()?;
    socket.local_addr().ok().map(|it| it.ip()).filter(|it| !it.is_unspecified())
}
