//! `krait bootstrap`.

use super::{Fatal, options::BootstrapArguments};
use crate::{
    bootstrap::{self, BootstrapError},
    instance::kept,
    python::CodePaths,
};

/// Serves the runtime API of the platform that started it, until it is ended.
pub(super) fn run(arguments: BootstrapArguments) -> Result<u8, Fatal> {
    let text = |part: std::ffi::OsString| part.to_string_lossy().into_owned();
    let variables = std::env::vars_os().map(|(key, value)| (text(key), text(value)));
    // It is krait's own, and set where a packed program starts itself again.
    let environment = variables.filter(|(key, _)| key != kept::VARIABLE).collect();
    let layers = arguments.layers;
    let code = arguments.code.map(|code| CodePaths { code, layers });
    match bootstrap::run(environment, arguments.handler, code) {
        Ok(never) => match never {},
        Err(BootstrapError::Signal(signal)) => Err(Fatal::Signal(signal)),
        Err(error @ (BootstrapError::NoApi | BootstrapError::Variable { .. })) => {
            Err(Fatal::request(error))
        }
        Err(error @ BootstrapError::Function(_)) => Ok(super::style::print_error(&error.into(), 1)),
        Err(error) => Err(Fatal::internal(error)),
    }
}
