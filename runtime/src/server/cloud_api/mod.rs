//! Tencent Cloud's API 3.0 for functions, service `scf`, as its SDKs speak it
//! (scf-contract §3).
//!
//! A request's way: [`signature::check`] where credentials are configured, then
//! [`wire::read`], which gives the action and its parameters, each known to the action and
//! of its type; and with the action's result back through [`answer`]. This half knows HTTP's
//! values and the API's form, and nothing else of krait: `tests/fuzz` compiles it alone.

pub mod actions;
pub mod answer;
pub mod errors;
pub mod parameters;
pub mod shape;
pub mod signature;
pub mod wire;

mod form;
mod json;
