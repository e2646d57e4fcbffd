//! A user of its own for each function, where `krait serve` runs as root: an id that nobody else on the
//! machine has. So what the modes of files close is closed to functions, and what the kernel counts by
//! user is no longer counted with the server's.
//!
//! Files of the function's own may be readable to root alone. Where Landlock confines the process to
//! what was opened for it, it keeps the right to read those. Elsewhere it stays root, if it could not
//! read its code.

use super::{SandboxError, capabilities};
use rustix::process::{DumpableBehavior, set_dumpable_behavior};
use std::{
    collections::HashMap,
    ffi::CString,
    fmt, fs,
    hash::{BuildHasher, RandomState},
    io,
    os::unix::{ffi::OsStrExt, fs::PermissionsExt},
    path::Path,
    str::FromStr,
    sync::{Mutex, PoisonError},
};

/// Ids that functions may have: users' and groups' with the same numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserIds {
    first: u32,
    count: u32,
}

/// Ids that nobody gives out otherwise, by systemd's table of them and by what `useradd` gives: the first
/// is as many as there may be, the others are for containers that know fewer ids.
const UNUSED: [UserIds; 3] = [
    UserIds { first: 0x7000_0000, count: 0x0fdf_0000 },
    UserIds { first: 65_536, count: 34_464 },
    UserIds { first: 60_578, count: 606 },
];

/// How many functions are remembered. If more come, all are forgotten; ids that were given are not given
/// again before all others were.
const REMEMBERED: usize = 1 << 16;

impl UserIds {
    /// Ids that this process can give functions: those that were `asked` for, or unused ones.
    ///
    /// # Errors
    /// Why it can give none, as text.
    pub fn find(asked: Option<Self>) -> Result<Self, String> {
        // SAFETY: the call cannot fail and changes nothing.
        if unsafe { libc::geteuid() } != 0 {
            return Err("krait does not run as root".to_owned());
        }
        capabilities::check_of_users()?;
        let known = |file| fs::read_to_string(file).map_err(|error| format!("{file}: {error}"));
        let maps = [known("/proc/self/uid_map")?, known("/proc/self/gid_map")?];
        let is_there = |ids: &Self| maps.iter().all(|map| ids.are_in(map));
        match asked {
            Some(ids) if is_there(&ids) => Ok(ids),
            Some(ids) => Err(format!("this container does not have the ids {ids}")),
            None => UNUSED
                .into_iter()
                .find(is_there)
                .ok_or_else(|| "this container has no unused ids".to_owned()),
        }
    }

    /// Whether all of them are in a `uid_map`, or `gid_map`, of the kernel's.
    fn are_in(self, map: &str) -> bool {
        map.lines().any(|line| {
            let mut numbers = line.split_whitespace().map(str::parse::<u64>);
            let (Some(Ok(first)), Some(_), Some(Ok(count))) =
                (numbers.next(), numbers.next(), numbers.next())
            else {
                return false;
            };
            let (own, end) = (u64::from(self.first), u64::from(self.first) + u64::from(self.count));
            first <= own && end <= first + count
        })
    }
}

impl fmt::Display for UserIds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.first, self.first + (self.count - 1))
    }
}

/// As an option has it: the first and the last, with `-` between.
impl FromStr for UserIds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let ids = text.split_once('-').and_then(|(first, last)| {
            let (first, last): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
            // The last number means nobody to the kernel.
            (first > 0 && first <= last && last < u32::MAX)
                .then(|| Self { first, count: last - first + 1 })
        });
        ids.ok_or_else(|| "ids are a first and a last one: 200000-265535".to_owned())
    }
}

/// Which function has which id, as long as the server lives: nothing that a function writes outlives it.
#[derive(Debug)]
pub(crate) struct Users {
    ids: UserIds,
    given: Mutex<Given>,
}

#[derive(Debug, Default)]
struct Given {
    by_function: HashMap<(String, String), u32>,
    /// How many were given.
    count: u32,
}

impl Users {
    /// The first one is given at random, so that two servers' functions have different ids.
    pub(crate) fn new(ids: UserIds) -> Self {
        let random = RandomState::new().hash_one(0) % u64::from(ids.count);
        let count = u32::try_from(random).unwrap_or(0);
        Self { ids, given: Mutex::new(Given { by_function: HashMap::new(), count }) }
    }

    /// The id of a function.
    pub(crate) fn of(&self, namespace: &str, name: &str) -> u32 {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (namespace.to_owned(), name.to_owned());
        if let Some(id) = given.by_function.get(&key) {
            return *id;
        }
        if given.by_function.len() >= REMEMBERED {
            given.by_function.clear();
        }
        let id = self.ids.first + given.count % self.ids.count;
        given.count = (given.count + 1) % self.ids.count;
        given.by_function.insert(key, id);
        id
    }
}

/// Whether a user of no group that means anything may write to a file or folder.
pub(crate) fn is_writable_to_all(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|about| about.permissions().mode() & 0o002 != 0)
}

/// How a process is a function's own user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AsUser {
    /// It can read all that was opened for it.
    Reads,
    /// It can read what everybody can.
    ByModes,
}

/// Makes this process, which must have one thread, that user's, for good. If it is `confined`, it keeps
/// the right to read. None where it stays root's: it could not read the `folders` then. The kernel no
/// longer tells it of its parent's end.
pub(super) fn become_own(
    user: u32,
    confined: bool,
    folders: &[&Path],
) -> Result<Option<AsUser>, SandboxError> {
    // SAFETY: the call cannot fail and changes nothing.
    if unsafe { libc::geteuid() } == user {
        // The zygote that forked it was that user's.
        return Ok(Some(AsUser::Reads));
    }
    let switched = || -> io::Result<Option<AsUser>> {
        let reads = confined && capabilities::can_read_all();
        capabilities::stay_as_they_are()?;
        // SAFETY: the calls change this process alone, which has one thread.
        unsafe {
            checked(libc::setgroups(0, std::ptr::null()))?;
            checked(libc::setresgid(user, user, 0))?;
            checked(libc::setresuid(user, user, 0))?;
        }
        capabilities::keep_reading(reads)?;
        if !reads && !folders.iter().all(|folder| can_be_read(folder)) {
            // SAFETY: as above; the one saved was kept for this.
            unsafe {
                checked(libc::setresuid(0, 0, 0))?;
                checked(libc::setresgid(0, 0, 0))?;
            }
            return Ok(None);
        }
        // SAFETY: as above.
        unsafe {
            checked(libc::setresgid(user, user, user))?;
            checked(libc::setresuid(user, user, user))?;
        }
        // The kernel has closed the process's own part of `/proc` to it.
        let _ = set_dumpable_behavior(DumpableBehavior::Dumpable);
        Ok(Some(if reads { AsUser::Reads } else { AsUser::ByModes }))
    };
    switched().map_err(SandboxError::User)
}

/// Whether this process can read a folder and what lies in it.
fn can_be_read(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries.flatten().all(|entry| {
        let wanted = match entry.file_type() {
            Ok(kind) if kind.is_dir() => libc::R_OK | libc::X_OK,
            _ => libc::R_OK,
        };
        // SAFETY: a valid C string. The call only asks, by the real user, which is the same.
        CString::new(entry.path().as_os_str().as_bytes())
            .is_ok_and(|path| unsafe { libc::access(path.as_ptr(), wanted) } == 0)
    })
}

fn checked(result: libc::c_int) -> io::Result<()> {
    if result == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
