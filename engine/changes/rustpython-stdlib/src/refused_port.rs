//! The port that the kernel last refused this process. An error's text has none, and whoever explains
//! a refusal needs it.

use core::{
    net::SocketAddr,
    sync::atomic::{AtomicU32, Ordering},
};
use std::io;

/// The lower half is the port.
static LAST: AtomicU32 = AtomicU32::new(0);
const LISTENS: u32 = 1 << 16;
const IS_THERE: u32 = 1 << 17;

/// What was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefusedPort {
    pub port: u16,
    /// Whether it was to be listened on, and not to be connected to.
    pub listens: bool,
}

/// Keeps the port of `address` where `error` is a refusal.
pub(crate) fn keep(error: &io::Error, address: Option<SocketAddr>, listens: bool) {
    if let Some(address) = address
        && error.raw_os_error() == Some(libc::EACCES)
    {
        let listens = if listens { LISTENS } else { 0 };
        LAST.store(IS_THERE | listens | u32::from(address.port()), Ordering::Relaxed);
    }
}

/// What was refused last, since this was asked for.
pub fn take() -> Option<RefusedPort> {
    let last = LAST.swap(0, Ordering::Relaxed);
    let refused = RefusedPort { port: last as u16, listens: last & LISTENS != 0 };
    (last & IS_THERE != 0).then_some(refused)
}
