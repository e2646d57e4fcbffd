//! The two triggers that speak HTTP: what a request is for a function, and what a function's
//! answer is for HTTP (docs/contract.md §8.1, §8.2).
//!
//! Plain values on both sides, so that a face only carries them.

pub mod api_gateway;
pub mod function_url;
mod request;
mod response;

pub use request::decoded_path;

use super::{envelope::ERROR_CODE, limits};

/// The content type of all that krait itself writes.
const JSON: &str = "application/json";

/// What a client sent.
#[derive(Debug, Clone, Copy)]
pub struct HttpRequest<'a> {
    /// As sent, such as `GET`.
    pub method: &'a str,
    /// The function's part of the path: it begins with `/`, and has been through
    /// [`decoded_path`].
    pub path: &'a str,
    /// What follows the `?`, as sent; empty where there is none.
    pub query: &'a str,
    /// Names in lower case, in the order sent; a name may be there more than once.
    pub headers: &'a [(&'a str, &'a str)],
    pub body: &'a [u8],
    /// The client's IP address, without a port.
    pub remote_address: &'a str,
}

/// What the client gets. Each of it can be sent: the status is 200 to 599, names are tokens in
/// lower case and values have no control characters. A value may hold UTF-8 beyond ASCII, so it
/// is carried as its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpResponse {
    pub status: u16,
    /// A name is there once for each of its values.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl HttpResponse {
    fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type".to_owned(), JSON.to_owned())];
        Self { status, headers, body: body.into() }
    }

    fn with_header(mut self, name: &str, value: String) -> Self {
        self.headers.push((name.to_owned(), value));
        self
    }
}

/// The answer to a request whose body, or whose event, is larger than
/// [`limits::SYNC_EVENT_BYTES`]: HTTP's own 413, and in the body the platform's 406 (§2.3).
/// What the platform sends is not documented; the words are those of its 407.
pub fn request_too_large() -> HttpResponse {
    let megabytes = limits::SYNC_EVENT_BYTES as u64 / limits::MIB;
    let body = format!(
        "{{\"errorCode\":{ERROR_CODE},\"errorMessage\":\"The size of request exceeds the upper \
         limit ({megabytes}MB)\",\"statusCode\":406}}"
    );
    HttpResponse::json(413, body)
}
