//! Where a process may make groups: below its own. No other place is asked for, so whatever limits
//! this process limits its functions, and a manager of services keeps its order.

use super::{Groups, Version, read, remove, write};
use std::{
    fs::{self, File},
    io,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    process, thread,
    time::{Duration, Instant},
};

/// How the folder of a server begins, in the group that the server was started in.
const PREFIX: &str = "krait-instances-";

/// In it, with version 2: the server itself, since a group with groups that are limited has no
/// processes of its own.
const SERVER: &str = "server";

/// The server's share of the processors against each instance's, which is 100.
const SERVER_WEIGHT: &str = "1000";

/// The share of one process, with version 1.
const PROCESS_SHARES: usize = 1024;

/// How long processes that are killed may take to end.
const ENDED_WITHIN: Duration = Duration::from_secs(2);

const CONTROLLERS: [&str; 3] = ["memory", "pids", "cpu"];

/// This process's own groups, and whether it may make others below them.
#[derive(Debug, Clone)]
pub(in crate::sandbox) struct Place {
    version: Version,
    /// Its group in the hierarchy of each controller.
    own: [Option<PathBuf>; 3],
}

/// A line of `/proc/self/mountinfo` about a hierarchy.
struct Mount<'a> {
    /// The group that is mounted.
    root: &'a str,
    at: &'a str,
    version: Version,
    options: &'a str,
}

impl Place {
    /// Looks. Nothing stays changed.
    ///
    /// # Errors
    /// What keeps this process from making groups, as text.
    pub(in crate::sandbox) fn find() -> Result<Self, String> {
        let groups = read(Path::new("/proc/self/cgroup")).unwrap_or_default();
        let mounts = read(Path::new("/proc/self/mountinfo")).unwrap_or_default();
        let mounts: Vec<Mount<'_>> = mounts.lines().filter_map(Mount::of_line).collect();
        match of_version_2(&groups, &mounts) {
            Some(own) => {
                let controllers = read(&own.join("cgroup.controllers")).unwrap_or_default();
                let has = |name: &str| controllers.split_whitespace().any(|each| each == name);
                check_alone(&own)?;
                check_writable(&own)?;
                let own = CONTROLLERS.map(|name| has(name).then(|| own.clone()));
                Ok(Self { version: Version::Two, own })
            }
            None => {
                let own = CONTROLLERS.map(|name| of_version_1(&groups, &mounts, name));
                if own.iter().all(Option::is_none) {
                    return Err("no controllers of memory, pids and cpu are mounted".to_owned());
                }
                own.iter().flatten().try_for_each(|own| check_writable(own))?;
                Ok(Self { version: Version::One, own })
            }
        }
    }

    /// What it is, for whoever asks: `version 2: memory, pids`.
    pub(in crate::sandbox) fn describe(&self) -> String {
        let number = if self.version == Version::One { 1 } else { 2 };
        let of = |(name, own): (&'static str, &Option<PathBuf>)| own.as_ref().map(|_| name);
        let there: Vec<&str> = CONTROLLERS.into_iter().zip(&self.own).filter_map(of).collect();
        format!("version {number}: {}", there.join(", "))
    }
}

impl<'a> Mount<'a> {
    fn of_line(line: &'a str) -> Option<Self> {
        let (place, kind) = line.split_once(" - ")?;
        let mut place = place.split(' ').skip(3);
        let (root, at) = (place.next()?, place.next()?);
        let mut kind = kind.split(' ');
        let version = match kind.next()? {
            "cgroup" => Version::One,
            "cgroup2" => Version::Two,
            _ => return None,
        };
        Some(Self { root, at, version, options: kind.nth(1)? })
    }

    /// Where a group's folder is; none where it is not below what is mounted.
    fn folder(&self, group: &str) -> Option<PathBuf> {
        let below = group.strip_prefix(self.root.trim_end_matches('/'))?;
        if !(below.is_empty() || below.starts_with('/')) || below.contains("/..") {
            return None;
        }
        let folder = Path::new(self.at).join(below.trim_start_matches('/'));
        folder.is_dir().then_some(folder)
    }
}

/// This process's group of version 2, where that has one of the controllers.
fn of_version_2(groups: &str, mounts: &[Mount<'_>]) -> Option<PathBuf> {
    let group = groups.lines().find_map(|line| line.strip_prefix("0::"))?;
    let mount = mounts.iter().find(|mount| mount.version == Version::Two)?;
    let own = mount.folder(group)?;
    let controllers = read(&own.join("cgroup.controllers"))?;
    controllers.split_whitespace().any(|each| CONTROLLERS.contains(&each)).then_some(own)
}

/// This process's group in the hierarchy of version 1 that has a controller.
fn of_version_1(groups: &str, mounts: &[Mount<'_>], controller: &str) -> Option<PathBuf> {
    let is_one = |list: &str| list.split(',').any(|each| each == controller);
    let group = groups.lines().find_map(|line| {
        let (controllers, group) = line.split_once(':')?.1.split_once(':')?;
        is_one(controllers).then_some(group)
    })?;
    let mount =
        mounts.iter().find(|mount| mount.version == Version::One && is_one(mount.options))?;
    mount.folder(group)
}

/// Version 2 divides a group only if no process is in it itself, so this one must be able to leave
/// it empty. The first group of the machine is an exception: it alone has no type.
fn check_alone(own: &Path) -> Result<(), String> {
    if !own.join("cgroup.type").exists() {
        return Ok(());
    }
    let processes = read(&own.join("cgroup.procs")).unwrap_or_default();
    let is_other = |line: &str| line.parse() != Ok(process::id());
    match processes.lines().any(is_other) {
        true => Err(format!(
            "other processes are in {}; as a service of its own, with Delegate=yes, krait serve \
             has them",
            own.display()
        )),
        false => Ok(()),
    }
}

fn check_writable(own: &Path) -> Result<(), String> {
    let refused = |error: io::Error| format!("{} cannot be written to: {error}", own.display());
    File::options().write(true).open(own.join("cgroup.procs")).map_err(refused)?;
    let (_held, folder) = make_top(own).map_err(refused)?;
    // Where another server cleans up at this moment, it is gone.
    let _ = fs::remove_dir(folder);
    Ok(())
}

/// The folders of a server. They are held as long as this lives, also against other servers that
/// clean up.
#[derive(Debug)]
pub struct Holding {
    groups: Groups,
    /// Kept open: what is locked belongs to a living server.
    held: Vec<(File, PathBuf)>,
    /// Where this process was, if it had to leave.
    left: Option<PathBuf>,
}

impl Holding {
    /// Makes the folders, after removing those of servers that have ended. With version 2, this
    /// process moves to a group of its own.
    ///
    /// None where it may make no groups; `krait sandbox` says why.
    ///
    /// # Errors
    /// What went wrong where it may, as text.
    pub(crate) fn take() -> Result<Option<Self>, String> {
        let Ok(Place { version, own }) = Place::find() else { return Ok(None) };
        let mut bases: Vec<&PathBuf> = Vec::new();
        for base in own.iter().flatten() {
            if !bases.contains(&base) {
                bases.push(base);
            }
        }
        let mut held = Vec::new();
        for base in &bases {
            remove_leftovers(base);
            held.push(make_top(base).map_err(|error| format!("{}: {error}", base.display()))?);
        }
        let top = |base: &Option<PathBuf>| {
            let at = bases.iter().position(|each| Some(*each) == base.as_ref())?;
            held.get(at).map(|(_, folder)| folder.clone())
        };
        let [memory, processes, processors] = own.each_ref().map(top);
        let groups = Groups { version, memory, processes, processors };
        if let (Version::One, Some(folder)) = (version, &groups.processors) {
            // All instances have the share of one process on each processor: the server, which is
            // beside them, has as much. A group's share is for all processors together.
            let count = thread::available_parallelism().map_or(1, NonZeroUsize::get);
            let _ = write(&folder.join("cpu.shares"), &(PROCESS_SHARES * count).to_string());
        }
        let mut holding = Self { groups, held, left: None };
        if version == Version::Two
            && let Some(base) = bases.first()
        {
            holding
                .divide(base)
                .map_err(|error| format!("{} cannot be divided: {error}", base.display()))?;
        }
        Ok(Some(holding))
    }

    pub(crate) fn groups(&self) -> &Groups {
        &self.groups
    }

    /// Leaves the group that this process was started in, and gives the controllers to those below.
    fn divide(&mut self, base: &Path) -> io::Result<()> {
        let Some((_, top)) = self.held.first() else { return Ok(()) };
        let server = top.join(SERVER);
        fs::create_dir(&server)?;
        self.left = Some(base.to_path_buf());
        write(&server.join("cgroup.procs"), "0")?;
        let mut last = Ok(());
        let Groups { memory, processes, processors, .. } = &mut self.groups;
        let mut is_any = false;
        for (folder, name) in [memory, processes, processors].into_iter().zip(CONTROLLERS) {
            if folder.is_none() {
                continue;
            }
            let given = [base, top].into_iter().try_for_each(|group| {
                write(&group.join("cgroup.subtree_control"), &format!("+{name}"))
            });
            match given {
                Ok(()) => is_any = true,
                Err(error) => {
                    *folder = None;
                    last = Err(error);
                }
            }
        }
        let _ = write(&server.join("cpu.weight"), SERVER_WEIGHT);
        if is_any { Ok(()) } else { last }
    }
}

impl Drop for Holding {
    /// Removes the folders. Everything in them but this process is to have ended.
    fn drop(&mut self) {
        if let Some(base) = &self.left {
            // Only the machine's first group takes it back as it is. Elsewhere the folder stays until the
            // next server comes, or the service's manager removes all.
            if write(&base.join("cgroup.procs"), "0").is_err() {
                return;
            }
        }
        for (_, folder) in &self.held {
            remove_soon(folder);
        }
    }
}

/// Makes a server's folder and locks it.
fn make_top(base: &Path) -> io::Result<(File, PathBuf)> {
    let mut number = 0;
    loop {
        let folder = base.join(format!("{PREFIX}{}-{number}", process::id()));
        number += 1;
        match fs::create_dir(&folder) {
            // Of a server in another container, or one that has ended.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 1000 => continue,
            made => made?,
        }
        let held = File::open(&folder)?;
        // Another server that cleans up may have locked it first, to remove it.
        if held.try_lock().is_ok() && folder.is_dir() {
            return Ok((held, folder));
        }
    }
}

/// Kills and removes what servers left behind that have ended.
fn remove_leftovers(base: &Path) {
    for entry in fs::read_dir(base).into_iter().flatten().flatten() {
        if !entry.file_name().to_string_lossy().starts_with(PREFIX) {
            continue;
        }
        let folder = entry.path();
        // A living server has it locked.
        let Ok(held) = File::open(&folder) else { continue };
        if held.try_lock().is_err() {
            continue;
        }
        remove_soon(&folder);
    }
}

/// Removes a server's folder, as soon as what was in it has ended.
fn remove_soon(folder: &Path) {
    let begun = Instant::now();
    while !remove_tree(folder) && begun.elapsed() < ENDED_WITHIN {
        thread::sleep(Duration::from_millis(10));
    }
}

/// Removes a server's folder with all groups in it, and kills what is in them. False where
/// something is still there.
fn remove_tree(folder: &Path) -> bool {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove(&entry.path());
        }
    }
    remove(folder)
}
