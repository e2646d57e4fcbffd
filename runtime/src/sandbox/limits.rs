//! What the kernel limits for a process and all that it starts.

use crate::contract::policy::Policy;

/// Sets the policy's limits for this process. Processes are counted by user, so they are limited
/// here only where this process's user `counts_apart` from the machine's; elsewhere, and as root,
/// whom the kernel does not limit, the watcher counts them.
pub(super) fn set(policy: &Policy, counts_apart: bool) {
    if let Some(most) = policy.max_processes.filter(|_| counts_apart) {
        lower(libc::RLIMIT_NPROC, most.into());
    }
    if let Some(megabytes) = policy.max_file_megabytes {
        // Python is told by an error, as CPython is.
        // SAFETY: the signal is ignored from here on; no handler runs.
        unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
        lower(libc::RLIMIT_FSIZE, u64::from(megabytes) << 20);
    }
}

/// Lowers both limits of a kind, or leaves them where they are lower.
fn lower(kind: libc::__rlimit_resource_t, most: u64) {
    let mut limit = libc::rlimit { rlim_cur: most, rlim_max: most };
    // SAFETY: the structure is valid; a process may lower its own limits.
    unsafe {
        let mut present = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        if libc::getrlimit(kind, &raw mut present) == 0 {
            limit.rlim_cur = limit.rlim_cur.min(present.rlim_cur);
            limit.rlim_max = limit.rlim_max.min(present.rlim_max);
        }
        libc::setrlimit(kind, &raw const limit);
    }
}
