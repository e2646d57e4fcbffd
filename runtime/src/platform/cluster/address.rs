//! The text of `--cluster`: one server or several.

use super::ClusterError;
use async_nats::ServerAddr;
use std::fmt;

/// The servers of a cluster. They are shown without what is secret.
#[derive(Clone)]
pub struct Servers {
    addresses: Vec<ServerAddr>,
    credentials: Credentials,
}

/// What a node shows the servers. All servers are shown the same.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Credentials {
    None,
    /// In a URL: what is before the host, without a password.
    Token(String),
    User {
        name: String,
        password: String,
    },
}

impl Servers {
    /// Reads `nats://[USER:PASSWORD@]HOST[:PORT]`, or several of these with commas between them.
    /// `nats://TOKEN@HOST` has a token. With `tls://` the connection is encrypted.
    ///
    /// # Errors
    /// [`ClusterError::Address`].
    pub fn read(text: &str) -> Result<Self, ClusterError> {
        let mut addresses = Vec::new();
        let mut credentials = Credentials::None;
        for each in text.split(',').map(str::trim) {
            // What is wrong may be in the secret part: it is shown without.
            let wrong = |reason| ClusterError::Address { text: without_secret(each), reason };
            let Some((scheme, _)) = each.split_once("://") else {
                return Err(wrong("it has no nats:// or tls:// in front"));
            };
            if !matches!(scheme, "nats" | "tls") {
                return Err(wrong("it begins with neither nats:// nor tls://"));
            }
            let address: ServerAddr = each.parse().map_err(|_| wrong("it is no URL"))?;
            if address.host().is_empty() {
                return Err(wrong("it has no host"));
            }
            let own = match (address.username(), address.password()) {
                (None, None) => Credentials::None,
                (Some(token), None) => Credentials::Token(decoded(token)),
                (name, Some(password)) => Credentials::User {
                    name: decoded(name.unwrap_or_default()),
                    password: decoded(password),
                },
            };
            if own != Credentials::None {
                if credentials != Credentials::None && credentials != own {
                    return Err(wrong("its credentials are not those of the server before it"));
                }
                credentials = own;
            }
            addresses.push(address);
        }
        Ok(Self { addresses, credentials })
    }

    /// For the client.
    pub(super) fn addresses(&self) -> &[ServerAddr] {
        &self.addresses
    }

    pub(super) fn credentials(&self) -> &Credentials {
        &self.credentials
    }
}

impl fmt::Display for Servers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, address) in self.addresses.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            let (scheme, host, port) = (address.scheme(), address.host(), address.port());
            write!(formatter, "{comma}{scheme}://{host}:{port}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Servers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// A part of a URL as it is meant: `%40` is `@`.
fn decoded(part: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = part.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match byte.filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A URL without what is before its host.
fn without_secret(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(scheme, rest)| (scheme, rest));
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    if scheme.is_empty() { host.to_owned() } else { format!("{scheme}://{host}") }
}
