//! `/ui`, for a browser.

use super::{
    Server,
    routes::{Answer, Arrived, text},
};
use http::StatusCode;

pub(super) async fn answer(_: &Server, _: Arrived) -> Answer {
    text(StatusCode::OK, "")
}
