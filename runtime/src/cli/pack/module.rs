//! `krait pack --for wasm`: the function is loaded by `krait.wasm`, and the module has what that made.

use super::{files, loading::failed, megabytes, tell_of_left_out};
use crate::{
    cli::{Fatal, options::PackArguments},
    pack::{
        PackError, Parts,
        module::{self, MODULE, Module, Packed},
    },
};
use std::{
    env,
    path::{Path, PathBuf},
};

/// The variable that names a `krait.wasm`, as for the command of the npm package.
const VARIABLE: &str = "KRAIT_WASM";

/// Writes a module, and prints what came of it.
pub(super) fn write(
    arguments: &PackArguments,
    parts: &Parts<'_>,
    target: &Path,
) -> Result<u8, Fatal> {
    let path = arguments.module.clone().unwrap_or_else(default);
    let module = Module::at(&path).map_err(Fatal::request)?;
    if target.exists() && target.canonicalize().ok() == path.canonicalize().ok() {
        return Err(Fatal::request(PackError::IsModule { path }));
    }
    let packed = module::write(parts, &module, !arguments.no_load, target);
    let (sizes, reason) = match packed.map_err(Fatal::request)? {
        Packed::Written(sizes, reason) => (sizes, reason),
        Packed::Failed { output, message } => {
            eprint!("{}", failed(&output, &message));
            return Ok(1);
        }
    };
    if let Some(reason) = &reason {
        eprintln!("warning: the module loads the function at each start: {reason}");
    }
    let is_loaded = !arguments.no_load && reason.is_none();
    println!(
        "{}: {:.1} MB, with {}; the function is loaded {}",
        target.display(),
        megabytes(sizes.written),
        files(parts.contents),
        if is_loaded { "in it" } else { "at each start" }
    );
    tell_of_left_out(parts.contents);
    Ok(0)
}

/// Where `krait.wasm` is if nothing names it.
fn default() -> PathBuf {
    if let Some(named) = env::var_os(VARIABLE).filter(|named| !named.is_empty()) {
        return named.into();
    }
    let own = env::current_exe().ok();
    let folder = own.as_deref().and_then(Path::parent);
    folder.unwrap_or(Path::new(".")).join(MODULE)
}
