//! What would open what was refused, for who reads the log.

use crate::contract::policy::{Files, Mode, Network, Policy};
use std::{
    fs::{self, File},
    path::PathBuf,
};

/// A TCP port that the kernel refused a function, and whether it was to be listened on.
pub(crate) type RefusedPort = (u16, bool);

/// The line that tells of the rule by which the sandbox refused `port`: none where it was not the
/// sandbox.
pub(crate) fn hint_of_port(policy: &Policy, (port, listens): RefusedPort) -> Option<String> {
    let Network::Ports(ports) = &policy.network else { return None };
    if policy.mode == Mode::Off || (!listens && ports.contains(&port)) {
        return None;
    }
    if listens {
        return Some(format!(
            "krait: the sandbox refused to let it listen on port {port}: --network on does, in \
             krait.toml sandbox.network = true"
        ));
    }
    let more: Vec<String> = ports.iter().chain([&port]).map(ToString::to_string).collect();
    Some(format!(
        "krait: the sandbox refused a connection to port {port}: --network {} opens it, in \
         krait.toml sandbox.network = [{}]",
        more.join(","),
        more.join(", ")
    ))
}

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
            "krait: the sandbox may have refused a socket: --network on opens it, in krait.toml \
             sandbox.network = true"
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
