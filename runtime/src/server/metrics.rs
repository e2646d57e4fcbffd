//! `/metrics`, for Prometheus.

use super::{
    Server,
    routes::{Answer, text},
};
use http::StatusCode;

pub(super) async fn answer(_: &Server) -> Answer {
    text(StatusCode::OK, "")
}
