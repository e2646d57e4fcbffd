//! A request and its answer, as every face has them.

use super::{
    Server,
    bodies::{BODY_WITHIN, Body, Unread},
};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body as _, Incoming};
use std::{net::SocketAddr, time::Duration};

/// An answer, whole.
pub(super) type Answer = Response<Full<Bytes>>;

/// The header that carries a request's id.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-scf-request-id");

/// How much of a body that is too large is read and dropped before the answer.
const PASSED_OVER_BYTES: u64 = 32 << 20;

/// How long that may take.
const PASSED_OVER_WITHIN: Duration = Duration::from_secs(10);

/// A request, its body still to be read.
pub(super) struct Arrived {
    pub head: http::request::Parts,
    pub body: Incoming,
    pub peer: SocketAddr,
    pub request_id: String,
}

/// A short text.
pub(super) fn text(status: StatusCode, text: &str) -> Answer {
    typed(status, "text/plain; charset=utf-8", text.to_owned())
}

/// A body of a type.
pub(super) fn typed(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}

/// Refuses a method, and names the allowed ones.
pub(super) fn method_not_allowed(method: &Method, allowed: &'static str) -> Answer {
    let mut answer =
        text(StatusCode::METHOD_NOT_ALLOWED, &format!("{method} is not for this; use {allowed}\n"));
    answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    answer
}

impl Arrived {
    /// Reads the body, of at most `limit` bytes, of a caller that is known or not.
    pub(super) async fn read_body(
        &mut self,
        server: &Server,
        limit: usize,
        is_known: bool,
    ) -> Result<Body, Unread> {
        let read = server.bodies.read(&mut self.body, limit, is_known).await;
        if let Err(Unread::TooLarge { .. } | Unread::NoMemory) = read {
            self.pass_over_body().await;
        }
        read
    }
}

impl Arrived {
    /// Reads the rest of an unwanted body, up to a limit. Most clients read the answer only after
    /// they have sent everything. If the connection closes before that, the answer is lost.
    async fn pass_over_body(&mut self) {
        // Such a client waits for a permission to send it.
        let waits = self.head.headers.contains_key(header::EXPECT);
        if waits || self.body.size_hint().lower() > PASSED_OVER_BYTES {
            return;
        }
        let mut left = PASSED_OVER_BYTES;
        let pass_over = async {
            while let Some(Ok(frame)) = self.body.frame().await {
                let length = frame.data_ref().map_or(0, |data| data.len() as u64);
                match left.checked_sub(length) {
                    Some(less) => left = less,
                    None => return,
                }
            }
        };
        let _ = tokio::time::timeout(PASSED_OVER_WITHIN, pass_over).await;
    }
}

impl Unread {
    /// The answer, for clients that still read.
    pub(super) fn answer(&self) -> Answer {
        match self {
            Self::TooLarge { limit } => text(
                StatusCode::PAYLOAD_TOO_LARGE,
                &format!("the body is larger than {limit} bytes\n"),
            ),
            Self::TooSlow => text(
                StatusCode::REQUEST_TIMEOUT,
                &format!("the body took longer than {} seconds\n", BODY_WITHIN.as_secs()),
            ),
            Self::NoMemory => {
                let said = "other requests hold all memory that there is for bodies\n";
                let mut answer = text(StatusCode::SERVICE_UNAVAILABLE, said);
                answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
                answer
            }
            Self::Broken => text(StatusCode::BAD_REQUEST, "the body broke off\n"),
        }
    }
}
