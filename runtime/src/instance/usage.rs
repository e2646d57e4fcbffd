//! How much memory an instance uses, as seen from outside.

use crate::contract::limits::MIB;
use std::fs;

/// Resident memory of `process` and its `descendants`, in bytes; none where `/proc` is
/// not mounted. A lone process is counted by its resident set, which is cheap to read.
/// With descendants, pages are shared, and the proportional sets are added up.
pub fn resident_bytes(process: i32, descendants: &[i32]) -> Option<u64> {
    if descendants.is_empty() {
        return resident_set(process);
    }
    let shares = descendants.iter().filter_map(|each| proportional_set(*each));
    Some(proportional_set(process)? + shares.sum::<u64>())
}

/// This process's own peak resident memory, in bytes.
pub(super) fn own_peak_bytes() -> u64 {
    // SAFETY: an all-zero rusage is valid, and the call only writes to it.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &raw mut usage);
        usage
    };
    peak_bytes(&usage)
}

/// The peak in a `rusage`, in bytes.
pub(super) fn peak_bytes(usage: &libc::rusage) -> u64 {
    u64::try_from(usage.ru_maxrss).unwrap_or(0) * 1024
}

/// A memory size in bytes.
pub(super) fn limit_bytes(megabytes: u32) -> u64 {
    u64::from(megabytes) * MIB
}

fn resident_set(process: i32) -> Option<u64> {
    let statm = fs::read_to_string(format!("/proc/{process}/statm")).ok()?;
    let pages: u64 = statm.split(' ').nth(1)?.parse().ok()?;
    Some(pages * 4096)
}

fn proportional_set(process: i32) -> Option<u64> {
    let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024)
}
