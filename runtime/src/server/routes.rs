//! Chooses the face for a request.

use super::{Faces, Server, bodies::Body, cloud_api, lambda_api, metrics, page, triggers};
use crate::platform::new_request_id;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body as _, Incoming};
use std::{net::SocketAddr, time::Duration};

/// An answer, whole.
pub(super) type Answer = Response<Full<Bytes>>;

/// The header that carries a request's id.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-scf-request-id");

/// How long the body of a request may take.
pub(super) const BODY_WITHIN: Duration = Duration::from_secs(60);

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

/// Answers a request. Every answer has an id, which is also in the log.
pub(super) async fn answer(
    server: &Server,
    request: Request<Incoming>,
    peer: SocketAddr,
) -> Answer {
    let (head, body) = request.into_parts();
    let request_id = new_request_id();
    let id = HeaderValue::from_str(&request_id);
    let path = head.uri.path().to_owned();
    let arrived = Arrived { head, body, peer, request_id };
    let mut answer = match path.as_str() {
        "/healthz" => text(StatusCode::OK, "ok\n"),
        "/readyz" if server.platform.is_closing() => {
            text(StatusCode::SERVICE_UNAVAILABLE, "closing\n")
        }
        "/readyz" => text(StatusCode::OK, "ready\n"),
        path => match &server.faces {
            Faces::All => at_own_path(server, arrived, path).await,
            Faces::Url(key) => triggers::only_url(server, arrived, key).await,
            Faces::Metrics | Faces::Worker if path == "/metrics" => {
                metrics::answer(server, &arrived.head).await
            }
            Faces::Metrics => text(
                StatusCode::NOT_FOUND,
                &format!("there is nothing at {path}; the metrics are at /metrics\n"),
            ),
            Faces::Worker => text(
                StatusCode::NOT_FOUND,
                "this node takes no requests: it runs with --role worker; ask a node that runs with \
                 --role api or all\n",
            ),
        },
    };
    if let Ok(id) = id {
        answer.headers_mut().entry(REQUEST_ID).or_insert(id);
    }
    answer
}

/// Answers a request to a server that has every face.
async fn at_own_path(server: &Server, arrived: Arrived, path: &str) -> Answer {
    match path {
        "/" => cloud_api::answer(server, arrived).await,
        "/metrics" => metrics::answer(server, &arrived.head).await,
        path if path == "/ui" || path.starts_with("/ui/") => page::answer(server, arrived).await,
        path if path.starts_with(lambda_api::VERSION) => lambda_api::answer(server, arrived).await,
        path if path.starts_with("/url/") => triggers::function_url(server, arrived).await,
        path if path.starts_with("/apigw/") => triggers::api_gateway(server, arrived).await,
        path => text(
            StatusCode::NOT_FOUND,
            &format!(
                "there is nothing at {path}; the cloud API is at /, functions are at \
                 /url/NAME and /apigw/NAME, and the status page is at /ui\n"
            ),
        ),
    }
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

/// A body that could not be read.
pub(super) enum Unread {
    TooLarge {
        limit: usize,
    },
    /// It did not arrive in time.
    TooSlow,
    /// All bodies together hold as much memory as they may.
    NoMemory,
    /// The connection broke.
    Broken,
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
