//! Chooses the face for a request.

use super::{
    Faces, Server, cloud_api,
    exchange::{Answer, Arrived, REQUEST_ID, text},
    lambda_api, metrics, page, triggers,
};
use crate::platform::new_request_id;
use http::{HeaderValue, Request, StatusCode};
use hyper::body::Incoming;
use std::net::SocketAddr;

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

/// A function's answer at a path of its own, beside those of others: a browser keeps its scripts to that path.
fn beside(mut answer: Answer) -> Answer {
    answer.headers_mut().remove("service-worker-allowed");
    answer
}

/// Answers a request to a server that has every face.
async fn at_own_path(server: &Server, arrived: Arrived, path: &str) -> Answer {
    match path {
        "/" => cloud_api::answer(server, arrived).await,
        "/metrics" => metrics::answer(server, &arrived.head).await,
        path if path == "/ui" || path.starts_with("/ui/") => page::answer(server, arrived).await,
        path if path.starts_with(lambda_api::VERSION) => lambda_api::answer(server, arrived).await,
        path if path.starts_with("/url/") => beside(triggers::function_url(server, arrived).await),
        path if path.starts_with("/apigw/") => beside(triggers::api_gateway(server, arrived).await),
        path => text(
            StatusCode::NOT_FOUND,
            &format!(
                "there is nothing at {path}; the cloud API is at /, functions are at \
                 /url/NAME and /apigw/NAME, and the status page is at /ui\n"
            ),
        ),
    }
}
