//! How much memory an instance uses, as seen from outside.

use crate::contract::limits::MIB;
use std::{fs, time::Duration};

/// How much of the processor one look may take while the kernel tells what processes share: it
/// walks all their memory for it. Not by the clock, which goes on while others have the processor.
const SHARES_WITHIN: Duration = Duration::from_millis(10);

/// How much of it, where those that were not reached yet decide whether it is too much.
const DECIDED_WITHIN: Duration = Duration::from_millis(100);

/// How often it is looked at most, while what is counted changes under the look.
const LOOKS: u32 = 3;

/// Resident memory of `process` and its `descendants`, in bytes; none where `/proc` is
/// not mounted. A lone process is counted by its resident set, which is cheap to read.
/// With descendants, pages are shared. Where the resident sets together are more than
/// `enough`, it is the proportional sets that are added up: the process's own, and as many of its
/// descendants' as can be read in [`SHARES_WITHIN`]. The others are taken to share as much as
/// those descendants. If that would be more than `enough`, it reads on for [`DECIDED_WITHIN`].
pub fn resident_bytes(process: i32, descendants: &[i32], enough: u64) -> Option<u64> {
    let mut sum = Sum::of(process, descendants, enough)?;
    for _ in 1..LOOKS {
        if sum.bytes <= enough || sum.is_of_one_moment {
            break;
        }
        sum = Sum::of(process, descendants, enough)?;
    }
    Some(sum.bytes)
}

/// What one look found.
struct Sum {
    bytes: u64,
    /// False where a process gave memory up during the look, as one that ends does. What it shared
    /// with others was counted as its own, and then as that of the others.
    is_of_one_moment: bool,
}

impl Sum {
    fn of(process: i32, descendants: &[i32], enough: u64) -> Option<Self> {
        let own = resident_set(process)?;
        // What has ended meanwhile has nothing.
        let sets = descendants.iter().map(|each| (*each, resident_set(*each).unwrap_or(0)));
        let sets: Vec<(i32, u64)> = sets.filter(|(_, bytes)| *bytes > 0).collect();
        let whole = own + total(&sets);
        if sets.is_empty() || whole <= enough {
            return Some(Self { bytes: whole, is_of_one_moment: true });
        }
        let own = proportional_set(process).unwrap_or(own);
        let bytes = own + shares(&sets, enough.saturating_sub(own));
        let is_less =
            |(process, bytes): &(i32, u64)| resident_set(*process).unwrap_or(0) < bytes / 2;
        Some(Self { bytes, is_of_one_moment: !sets.iter().any(is_less) })
    }
}

/// What processes with these resident sets have together, as [`resident_bytes`] says.
fn shares(sets: &[(i32, u64)], enough: u64) -> u64 {
    let begun = processor_time();
    let mut shares: u64 = 0;
    for (at, (process, bytes)) in sets.iter().enumerate() {
        if at > 0 {
            let spent = processor_time().saturating_sub(begun);
            if spent > SHARES_WITHIN {
                let (read, left) = (total(&sets[..at]), total(&sets[at..]));
                let rest = u128::from(shares) * u128::from(left) / u128::from(read);
                let guess = shares.saturating_add(u64::try_from(rest).unwrap_or(u64::MAX));
                if guess <= enough || shares > enough || spent > DECIDED_WITHIN {
                    return guess;
                }
            }
        }
        shares += share(*process, *bytes);
    }
    shares
}

fn total(sets: &[(i32, u64)]) -> u64 {
    sets.iter().map(|(_, bytes)| *bytes).sum()
}

/// What a process with a resident set of `bytes` has. If its proportional set cannot be read: nothing,
/// if it has ended since; otherwise it lets nobody look, and is taken to share nothing.
fn share(process: i32, bytes: u64) -> u64 {
    if has_memory_of_parent(process) {
        return 0;
    }
    proportional_set(process)
        .unwrap_or_else(|| resident_set(process).map_or(0, |now| if now == 0 { 0 } else { bytes }))
}

/// Whether it runs in its parent's memory, as a child of `vfork` and of `posix_spawn` does until it has
/// its program. The kernel reports the memory of both as if each had it.
fn has_memory_of_parent(process: i32) -> bool {
    /// What `kcmp` compares: the memory of two processes.
    const KCMP_VM: libc::c_int = 1;
    let Ok(status) = fs::read_to_string(format!("/proc/{process}/stat")) else { return false };
    // The name of the program, which may be anything, is in brackets.
    let parent = status.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1));
    let Some(parent) = parent.and_then(|parent| parent.parse::<i32>().ok()) else { return false };
    // SAFETY: the call only compares. A kernel without it says so, which is not 0.
    unsafe { libc::syscall(libc::SYS_kcmp, parent, process, KCMP_VM, 0, 0) == 0 }
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
