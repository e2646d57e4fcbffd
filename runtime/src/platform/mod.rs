//! The platform around instances: what is kept of functions, events and invocations, and who
//! runs when. It knows no HTTP.

pub mod store;
