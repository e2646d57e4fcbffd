//! Who may see the metrics and use the status page.
//!
//! The page runs functions, and any site that is open in a browser can make it send requests. So:
//!
//! - With credentials, a request must carry them, as HTTP Basic: the secret id is the user, the
//!   secret key the password. Without TLS in front, anybody on the network can read them.
//! - Without credentials, a request's host must be an address or `localhost`. Another name may
//!   belong to somebody whose DNS points here. A browser would then treat that site's pages as
//!   krait's.
//! - The page's forms must come from krait's own pages, or from a program that is no browser. So must
//!   requests for the APIs, which no page of krait's makes.
//! - To a browser, what a function answers at `/url` is a page of this server's, too. Its scripts read no
//!   page of krait's: those are opened, and not fetched.

use super::{
    Server,
    exchange::{Answer, text},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{
    HeaderName, HeaderValue, StatusCode, header,
    request::Parts,
    uri::{Authority, Uri},
};
use std::net::IpAddr;

/// The header in which a browser names the relation of the sending page. Every current browser
/// sends it.
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The header in which a browser names what it wants an answer for.
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It does not carry the server's credentials.
    Credentials,
    /// Its host name may belong to somebody else.
    Host,
    /// Another site may have caused it in a browser.
    Origin,
}

/// Checks that a request carries the credentials, if there are any.
///
/// # Errors
/// [`Refusal::Credentials`].
pub(super) fn credentials(server: &Server, head: &Parts) -> Result<(), Refusal> {
    let Some(credentials) = &server.credentials else { return Ok(()) };
    let given = head.headers.get(header::AUTHORIZATION).and_then(basic);
    let are_ours = given.is_some_and(|(id, key)| credentials.are(&id, &key));
    are_ours.then_some(()).ok_or(Refusal::Credentials)
}

/// Checks that no page in a browser made a request. The cloud's SDK sends no origin, and may call the
/// server by any name.
///
/// # Errors
/// [`Refusal::Host`] and [`Refusal::Origin`].
pub(super) fn no_page(server: &Server, head: &Parts) -> Result<(), Refusal> {
    let site = head.headers.get(SEC_FETCH_SITE);
    let of_page = head.headers.contains_key(header::ORIGIN);
    if of_page || site.is_some() {
        host(server, head)?;
    }
    // What somebody typed into a browser comes from no page.
    let typed = site.is_none_or(|site| site == "none");
    (typed && !of_page).then_some(()).ok_or(Refusal::Origin)
}

/// Checks that a browser wants a request's answer to show it, or as a page's style, and not for a script.
///
/// # Errors
/// [`Refusal::Origin`].
pub(super) fn shown(head: &Parts) -> Result<(), Refusal> {
    let wanted = head.headers.get(SEC_FETCH_DEST);
    let is_shown = wanted.is_none_or(|what| what == "document" || what == "style");
    is_shown.then_some(()).ok_or(Refusal::Origin)
}

/// Checks that a request's host cannot be another site's name.
///
/// # Errors
/// [`Refusal::Host`].
pub(super) fn host(server: &Server, head: &Parts) -> Result<(), Refusal> {
    // With credentials, a foreign name gains nothing: the browser has no credentials for it.
    let fits = server.credentials.is_some() || authority(head).is_some_and(|host| is_own(&host));
    fits.then_some(()).ok_or(Refusal::Host)
}

/// Checks that no other site can have caused a request in a browser.
///
/// # Errors
/// [`Refusal::Origin`].
pub(super) fn same_origin(head: &Parts) -> Result<(), Refusal> {
    // Another port of this machine counts as the same site, but may be another server.
    let site = head.headers.get(SEC_FETCH_SITE);
    let site_fits = site.is_none_or(|site| site == "same-origin" || site == "none");
    // Browsers send this with every POST to another origin. Programs send neither header.
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
            Refusal::Origin => text(StatusCode::FORBIDDEN, "this is not for other pages\n"),
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

/// The request's host. HTTP/2 has it in the request's pseudo-headers.
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
