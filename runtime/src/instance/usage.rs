//! How much memory an instance uses, as seen from outside.

use crate::contract::limits::MIB;
use std::{fs, time::Duration};

/// How much of the processor one look may take while the kernel tells what processes share: it
/// walks all their memory for it. Not by the clock, which goes on while others have the processor.
const SHARES_WITHIN: Duration = Duration::from_millis(10);

/// Resident memory of `process` and its `descendants`, in bytes; none where `/proc` is
/// not mounted. A lone process is counted by its resident set, which is cheap to read.
/// With descendants, pages are shared. Where the resident sets together are more than
/// `enough`, it is the proportional sets that are added up: the process's own, and as many of its
/// descendants' as can be read in [`SHARES_WITHIN`]. The others are taken to share as much as
/// those descendants.
pub fn resident_bytes(process: i32, descendants: &[i32], enough: u64) -> Option<u64> {
    let own = resident_set(process)?;
    // What has ended meanwhile has nothing.
    let sets = descendants.iter().map(|each| (*each, resident_set(*each).unwrap_or(0)));
    let sets: Vec<(i32, u64)> = sets.filter(|(_, bytes)| *bytes > 0).collect();
    let sum = |sets: &[(i32, u64)]| sets.iter().map(|(_, bytes)| *bytes).sum::<u64>();
    let whole = own + sum(&sets);
    if sets.is_empty() || whole <= enough {
        return Some(whole);
    }
    let begun = processor_time();
    let own = proportional_set(process).unwrap_or(own);
    let mut shares = 0;
    for (at, (process, bytes)) in sets.iter().enumerate() {
        if at > 0 && processor_time().saturating_sub(begun) > SHARES_WITHIN {
            let (read, left) = (sum(&sets[..at]), sum(&sets[at..]));
            let rest = u128::from(shares) * u128::from(left) / u128::from(read);
            return Some(own + shares + u64::try_from(rest).unwrap_or(u64::MAX));
        }
        shares += proportional_set(*process).unwrap_or_else(|| unshared(*process, *bytes));
    }
    Some(own + shares)
}

/// Of a process whose proportional set cannot be read: nothing, if it has ended since `bytes` was
/// read; otherwise it lets nobody look, and is taken to share nothing.
fn unshared(process: i32, bytes: u64) -> u64 {
    resident_set(process).map_or(0, |now| if now == 0 { 0 } else { bytes })
}

/// What this thread has had of the processor.
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
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

/// Whether a process and its `descendants` are more than so many.
pub(super) fn is_crowd(descendants: &[i32], at_most: Option<u32>) -> bool {
    at_most.is_some_and(|most| descendants.len() >= usize::try_from(most).unwrap_or(usize::MAX))
}

fn resident_set(process: i32) -> Option<u64> {
    let statm = fs::read_to_string(format!("/proc/{process}/statm")).ok()?;
    let pages: u64 = statm.split(' ').nth(1)?.parse().ok()?;
    Some(pages * page_bytes() as u64)
}

/// The size of the kernel's pages, in bytes.
pub(super) fn page_bytes() -> usize {
    // SAFETY: the call only asks.
    let bytes = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(bytes).unwrap_or(4096)
}

fn proportional_set(process: i32) -> Option<u64> {
    let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024)
}
