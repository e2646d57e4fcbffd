//! Who may see the metrics and use the status page.
//!
//! The page runs functions, and a browser sends requests for whatever site is open in it. So:
//!
//! - With credentials, a request carries them, as HTTP Basic: the secret id is the user, and
//!   the secret key the password. Without TLS in front, who listens on the way reads them.
//! - Without credentials, the host that a request is for is an address or `localhost`. A name
//!   may be one that somebody else's DNS has pointed here, and whose pages the browser then
//!   takes for ours.
//! - What changes something comes from our own pages, or from no browser at all: the page's
//!   forms, and the cloud API.

use super::{
    Server,
    routes::{Answer, text},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{
    HeaderName, HeaderValue, StatusCode, header,
    request::Parts,
    uri::{Authority, Uri},
};
use std::net::IpAddr;

/// Where a browser says that the page is which sends a request. Every current one does.
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Why a request is not let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It does not carry the server's credentials.
    Credentials,
    /// It may be for a name that is somebody else's.
    Host,
    /// Another site may have made a browser send it.
    Origin,
}

/// Lets a request through that carries the credentials, where there are any.
///
/// # Errors
/// [`Refusal::Credentials`].
pub(super) fn credentials(server: &Server, head: &Parts) -> Result<(), Refusal> {
    let Some(credentials) = &server.credentials else { return Ok(()) };
    let given = head.headers.get(header::AUTHORIZATION).and_then(basic);
    let are_ours = given.is_some_and(|(id, key)| credentials.are(&id, &key));
    are_ours.then_some(()).ok_or(Refusal::Credentials)
}

/// Lets a request through that no browser sent, or one of our own pages did: the cloud's SDK
/// says nothing of where it is, and may call the server by any name.
///
/// # Errors
/// [`Refusal::Host`] and [`Refusal::Origin`].
pub(super) fn no_other_site(server: &Server, head: &Parts) -> Result<(), Refusal> {
    let of_browser =
        head.headers.contains_key(header::ORIGIN) || head.headers.contains_key(SEC_FETCH_SITE);
    if of_browser {
        host(server, head)?;
        same_origin(head)?;
    }
    Ok(())
}

/// Lets a request through whose host nobody else can have made up.
///
/// # Errors
/// [`Refusal::Host`].
pub(super) fn host(server: &Server, head: &Parts) -> Result<(), Refusal> {
    // With credentials a made-up name gains nothing: the browser has none for it.
    let fits = server.credentials.is_some() || authority(head).is_some_and(|host| is_own(&host));
    fits.then_some(()).ok_or(Refusal::Host)
}

/// Lets a request through that no other site can have made a browser send.
///
/// # Errors
/// [`Refusal::Origin`].
pub(super) fn same_origin(head: &Parts) -> Result<(), Refusal> {
    // Another port of this machine is the same site, and all the same somebody else.
    let site = head.headers.get(SEC_FETCH_SITE);
    let site_fits = site.is_none_or(|site| site == "same-origin" || site == "none");
    // Browsers send this with every POST to another origin, and programs send neither.
    let origin = head.headers.get(header::ORIGIN);
    let origin_fits = origin.is_none_or(|origin| {
        let origin = origin.to_str().ok().and_then(|text| text.parse::<Uri>().ok());
        let origin = origin.and_then(|origin| origin.into_parts().authority);
        origin.is_some() && origin == authority(head)
    });
    (site_fits && origin_fits).then_some(()).ok_or(Refusal::Origin)
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Credentials => {
                let said = "this needs the server's secret id as user and its secret key as \
                            password\n";
                let mut answer = text(StatusCode::UNAUTHORIZED, said);
                let scheme = HeaderValue::from_static(r#"Basic realm="krait", charset="UTF-8""#);
                answer.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
                answer
            }
            Refusal::Host => text(
                StatusCode::MISDIRECTED_REQUEST,
                "without --secret-id and --secret-key the status page is only at localhost or at \
                 an IP address, not at a name\n",
            ),
            Refusal::Origin => text(StatusCode::FORBIDDEN, "this is not for other sites' pages\n"),
        }
    }
}

/// The user and password of `Basic BASE64`.
fn basic(value: &HeaderValue) -> Option<(String, String)> {
    let (scheme, encoded) = value.to_str().ok()?.split_once(' ')?;
    let decoded = STANDARD.decode(encoded.trim_start()).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (id, key) = text.split_once(':')?;
    scheme.eq_ignore_ascii_case("basic").then(|| (id.to_owned(), key.to_owned()))
}

/// Whom the request is for. HTTP/2 has it in the request's line.
fn authority(head: &Parts) -> Option<Authority> {
    match head.headers.get(header::HOST) {
        Some(host) => host.to_str().ok()?.parse().ok(),
        None => head.uri.authority().cloned(),
    }
}

fn is_own(authority: &Authority) -> bool {
    let host = authority.host();
    let address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    host.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok()
}
