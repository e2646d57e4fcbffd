//! Control groups: the kernel counts and limits what all processes of an instance have together,
//! however they detach or hide themselves. Each instance of `krait serve` has a group, below a
//! folder that the server holds as long as it lives.
//!
//! ```text
//! place::find     where this process may make groups, if anywhere        place.rs
//! Holding::take   the server makes its folder, and removes what others left behind
//! Groups::join    ahead: a spare makes its group, and enters             here
//! Joined::limit   its function is known: memory and processes
//! Groups::weigh   the server looks what it holds, and whether the kernel ended it
//! Groups::remove  the instance has ended: all that is left of it is killed
//! ```
//!
//! The two versions of the kernel's interface (cgroups(7)) differ: in version 2, one folder has
//! all controllers; in version 1, each has a hierarchy of its own.

mod place;

use crate::contract::{
    limits::MIB,
    policy::{Files, Policy},
};
use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

pub use place::Holding;
pub(super) use place::Place;

/// What a group may hold beyond its function's memory, in bytes: what the kernel keeps for its
/// processes (page tables, stacks, buffers of pipes and sockets), and what is allocated between two
/// looks, which end it exactly at its limit.
const SLACK_BYTES: u64 = 32 * MIB;

/// How near to its limit a group is that has met it, in bytes: the kernel takes some pages at a time.
const NEAR_BYTES: u64 = 4 * MIB;

/// The size of an instance's own `/dev/shm`, in MB (`temporary.rs`).
const SHARED_MEMORY_MEGABYTES: u64 = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Version {
    One,
    Two,
}

/// The folders in which a server's groups are, by controller; none where a controller is not to be
/// had. With version 2 they are all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Groups {
    version: Version,
    memory: Option<PathBuf>,
    processes: Option<PathBuf>,
    processors: Option<PathBuf>,
}

/// A group that a process has entered, whose limits are still to be set.
#[derive(Debug)]
pub(crate) struct Joined {
    /// The order matters with version 1: memory first, then memory with swap.
    memory: Vec<File>,
    processes: Option<File>,
}

/// What the kernel says that a group holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Weight {
    /// Memory of its processes, in bytes. It is only as exact as is needed to know whether it is
    /// less than was asked about.
    pub bytes: u64,
    /// Whether the kernel has ended one of its processes for memory.
    pub was_killed: bool,
    /// Whether the kernel limits how many processes it has.
    pub limits_processes: bool,
}

impl Groups {
    /// The folders, each once.
    fn folders(&self) -> Vec<&Path> {
        let mut folders: Vec<&Path> = Vec::new();
        for folder in [&self.memory, &self.processes, &self.processors].into_iter().flatten() {
            if !folders.contains(&folder.as_path()) {
                folders.push(folder);
            }
        }
        folders
    }

    /// Makes the group of that number and has this process enter it, with all that it will start.
    ///
    /// # Errors
    /// When the kernel refuses: then the process may be in some of the hierarchies, unlimited.
    pub(crate) fn join(&self, number: i32) -> io::Result<Joined> {
        for folder in self.folders() {
            let group = of(folder, number);
            match fs::create_dir(&group) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => {}
            }
            if self.version == Version::Two {
                // All of it ends together. A kernel that cannot (before 4.19) ends the largest.
                let _ = write(&group.join("memory.oom.group"), "1");
                // Where there is swap.
                let _ = write(&group.join("memory.swap.max"), "0");
            }
            write(&group.join("cgroup.procs"), "0")?;
        }
        let open =
            |folder: &Path, name| File::options().write(true).open(of(folder, number).join(name));
        let memory = match (&self.memory, self.version) {
            (None, _) => Vec::new(),
            (Some(folder), Version::Two) => vec![open(folder, "memory.max")?],
            (Some(folder), Version::One) => {
                let with_swap = open(folder, "memory.memsw.limit_in_bytes").ok();
                let limit = open(folder, "memory.limit_in_bytes")?;
                [limit].into_iter().chain(with_swap).collect()
            }
        };
        let processes = self.processes.as_deref().map(|folder| open(folder, "pids.max"));
        Ok(Joined { memory, processes: processes.transpose()? })
    }

    /// What a group holds; none where nobody has entered it, or the kernel does not count memory.
    pub(crate) fn weigh(&self, number: i32, enough: u64) -> Option<Weight> {
        let group = of(self.memory.as_ref()?, number);
        let (usage, statistics) = match self.version {
            Version::One => ("memory.usage_in_bytes", "total_rss"),
            Version::Two => ("memory.current", "anon"),
        };
        // With what files have of it: cheap to read, and at least as much.
        let whole: u64 =
            read(&group.join(usage))?.trim().parse().ok().filter(|bytes| *bytes > 0)?;
        let bytes = match whole > enough {
            true => counter(&read(&group.join("memory.stat"))?, statistics)?,
            false => whole,
        };
        // With version 2 all of it ends together, which is seen without a look.
        let was_killed = self.version == Version::One && self.was_killed(number);
        Some(Weight { bytes, was_killed, limits_processes: self.processes.is_some() })
    }

    /// Whether the kernel has ended a process of a group because that reached its limit of memory: not
    /// because the machine, or a group around it, had no more.
    pub(crate) fn was_killed(&self, number: i32) -> bool {
        let Some(folder) = &self.memory else { return false };
        let group = of(folder, number);
        let number = |file: &str, name: &str| {
            read(&group.join(file)).and_then(|text| counter(&text, name)).unwrap_or(0)
        };
        match self.version {
            Version::One => {
                // Newer kernels no longer count how often the limit was met.
                let bytes = |file: &str| read(&group.join(file))?.trim().parse::<u64>().ok();
                let limit = bytes("memory.limit_in_bytes").unwrap_or(u64::MAX);
                let most = bytes("memory.max_usage_in_bytes").unwrap_or(0);
                number("memory.oom_control", "oom_kill") > 0 && most + NEAR_BYTES >= limit
            }
            Version::Two => {
                number("memory.events", "oom_kill") > 0 && number("memory.events", "oom") > 0
            }
        }
    }

    /// Kills what is in a group, and removes it. False where something is still there: it is to be
    /// tried again.
    pub(crate) fn remove(&self, number: i32) -> bool {
        // All of them, so that none has to wait for another.
        let removed: Vec<bool> =
            self.folders().into_iter().map(|folder| remove(&of(folder, number))).collect();
        removed.into_iter().all(|removed| removed)
    }
}

impl Joined {
    /// Limits the group as its function is limited.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub(crate) fn limit(self, policy: &Policy, memory_mb: u32) -> io::Result<()> {
        let bytes = most_bytes(policy, memory_mb).to_string();
        for mut file in self.memory {
            file.write_all(bytes.as_bytes())?;
        }
        if let (Some(mut file), Some(most)) = (self.processes, policy.processes_at_most()) {
            file.write_all(most.to_string().as_bytes())?;
        }
        Ok(())
    }
}

/// What a group may hold, in bytes. Files in folders that are memory count there: those that the
/// function has for itself come on top, as on the platform, where `/tmp` is no memory.
fn most_bytes(policy: &Policy, memory_mb: u32) -> u64 {
    let of_files = match policy.own_temporary && policy.files == Files::Own {
        true => 2 * u64::from(policy.temporary_megabytes) + SHARED_MEMORY_MEGABYTES,
        false => 0,
    };
    (u64::from(memory_mb) + of_files) * MIB + SLACK_BYTES
}

/// A group's folder.
fn of(folder: &Path, number: i32) -> PathBuf {
    folder.join(number.to_string())
}

/// Kills what is in a group without groups below it, and removes it. False where something is
/// still there.
fn remove(group: &Path) -> bool {
    match fs::remove_dir(group) {
        Ok(()) => return true,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return true,
        Err(_) => {}
    }
    // The one call is of version 2 (Linux 5.14), and leaves nobody out.
    if write(&group.join("cgroup.kill"), "1").is_err() {
        let processes = read(&group.join("cgroup.procs")).unwrap_or_default();
        for process in processes.lines().filter_map(|line| Pid::from_raw(line.parse().ok()?)) {
            // It was in the group a moment ago. Whoever has got its number meanwhile would have to
            // have started since, with all numbers used once.
            let _ = kill_process(process, Signal::KILL);
        }
    }
    fs::remove_dir(group).is_ok()
}

/// The number after a name in lines of names and numbers.
fn counter(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok())
}

fn read(path: &Path) -> Option<String> {
    fs::read_to_string(path).ok()
}

/// Writes to a file that is there: such files cannot be made.
fn write(path: &Path, text: &str) -> io::Result<()> {
    File::options().write(true).open(path)?.write_all(text.as_bytes())
}
