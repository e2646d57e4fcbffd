//! The faces that speak HTTP. They ask the rooms below, and say what they are told in the
//! form that the caller expects.

pub mod cloud_api;
