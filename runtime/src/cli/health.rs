//! `krait health`: a probe for containers that hold no other program to ask with.

use super::{Fatal, options::HealthArguments};
use std::{
    io::{self, Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    time::{Duration, Instant},
};

/// How long everything may take.
const WITHIN: Duration = Duration::from_secs(5);

/// How much of an answer is read, in bytes. `/readyz` answers with less.
const ANSWER_BYTES: usize = 4096;

/// Asks a server whether it accepts requests, and prints what it says.
pub(super) fn run(arguments: &HealthArguments) -> Result<u8, Fatal> {
    let address = address(arguments)?;
    match ask(address) {
        Ok(answer) if answer.starts_with("HTTP/1.1 200 ") => {
            println!("{address} is ready");
            Ok(0)
        }
        Ok(answer) => {
            eprintln!("{address} is not ready: {}", answer.lines().next().unwrap_or_default());
            Ok(1)
        }
        Err(error) => {
            eprintln!("{address} is not ready: {error}");
            Ok(1)
        }
    }
}

/// The address that is typed; else where `krait serve` listens in a container, or by itself.
fn address(arguments: &HealthArguments) -> Result<SocketAddr, Fatal> {
    if let Some(address) = arguments.address {
        return Ok(address);
    }
    let port = super::serve::port_of_environment().map_err(Fatal::Request)?;
    Ok((Ipv4Addr::LOCALHOST, port.unwrap_or(super::serve::PORT)).into())
}

/// The beginning of the answer to a request for `/readyz`.
fn ask(address: SocketAddr) -> io::Result<String> {
    let until = Instant::now() + WITHIN;
    let left = || match until.saturating_duration_since(Instant::now()) {
        Duration::ZERO => Err(io::Error::from(io::ErrorKind::TimedOut)),
        left => Ok(left),
    };
    let mut stream = TcpStream::connect_timeout(&address, WITHIN)?;
    stream.set_write_timeout(Some(left()?))?;
    write!(stream, "GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    let mut piece = [0; 512];
    while answer.len() < ANSWER_BYTES {
        stream.set_read_timeout(Some(left()?))?;
        match stream.read(&mut piece)? {
            0 => break,
            read => answer.extend_from_slice(&piece[..read]),
        }
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
