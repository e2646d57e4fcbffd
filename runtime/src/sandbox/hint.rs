//! What would open what was refused, for who reads the log.

use crate::contract::policy::{Files, Mode, Network, Policy};
use std::{
    fs::{self, File},
    path::PathBuf,
};

/// The line that tells of the rule, where a function failed by a refusal that the sandbox may have
/// been the cause of. `stack_trace` ends with the error's text, `own` are the function's folders.
pub(crate) fn hint(policy: &Policy, own: &[PathBuf], stack_trace: &str) -> Option<String> {
    let last = stack_trace.trim_end().lines().next_back()?;
    let error = last.strip_prefix("PermissionError: ").or_else(|| {
        last.strip_prefix("OSError: ").filter(|error| error.starts_with("[Errno 30]"))
    })?;
    if policy.mode == Mode::Off {
        return None;
    }
    if let Some(path) = refused_path(error) {
        if policy.files == Files::All {
            return None;
        }
        // A link in the function's own folder may lead out of it.
        let path = &fs::canonicalize(path).unwrap_or_else(|_| PathBuf::from(path));
        let opened = own.iter().chain(&policy.read).any(|each| path.starts_with(each))
            || error.starts_with("[Errno 30]");
        // What can be read was to be written.
        let option = match opened || File::open(path).is_ok() {
            true => "--allow-write",
            false => "--allow-read",
        };
        let is_open = policy.write.iter().any(|each| path.starts_with(each));
        return (path.is_absolute() && !is_open).then(|| {
            format!(
                "krait: the sandbox may have refused {0}: {option} {0} opens it, in krait.toml {1}",
                path.display(),
                if option == "--allow-read" { "sandbox.read" } else { "sandbox.write" },
            )
        });
    }
    if error.starts_with("[Errno 13]") && policy.network != Network::Open {
        return Some(
            "krait: the sandbox may have refused a connection: --network PORT,... or --network on \
             opens it, in krait.toml sandbox.network"
                .to_owned(),
        );
    }
    error.starts_with("[Errno 1]").then(|| {
        "krait: the sandbox may have refused a system call: --sandbox=off would not, in krait.toml \
         sandbox.mode"
            .to_owned()
    })
}

/// The path of an error such as `[Errno 13] Permission denied: '/etc/shadow'`.
fn refused_path(error: &str) -> Option<&str> {
    let (_, path) = error.split_once(": '")?;
    path.strip_suffix('\'')
}
