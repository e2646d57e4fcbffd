//! The files, signals and ports that a process keeps to: Landlock's rules.
//!
//! A rule is about a folder and all below it, or about a file; what no rule opens is closed.
//! Files that are open already stay so.

use super::{
    SandboxError, calls, capabilities, filter, limits,
    paths::opened,
    temporary::{self, Made, Room},
    users::{self, AsUser},
};
use crate::contract::policy::{Files, Mode, Network, Policy};
use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, NetPort, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreated, RulesetCreatedAttr, RulesetStatus, Scope, make_bitflags,
};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The newest interface whose rights are known here; of an older kernel's, those that it has.
const KNOWN: ABI = ABI::V9;

/// Programs and libraries, with what they come with.
const PROGRAMS: [&str; 7] = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

/// What programs look up of their system. Nothing in them is anybody's secret. Each costs microseconds
/// at every start, so the list is short.
const SYSTEM: [&str; 21] = [
    "/etc/passwd",
    "/etc/group",
    "/etc/hosts",
    "/etc/hostname",
    "/etc/resolv.conf",
    "/etc/nsswitch.conf",
    "/etc/services",
    "/etc/protocols",
    "/etc/localtime",
    "/etc/timezone",
    "/etc/mime.types",
    "/etc/os-release",
    "/etc/ld.so.cache",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
    "/etc/ssl/cert.pem",
    "/etc/pki/tls/certs",
    "/etc/pki/ca-trust/extracted",
    "/etc/fonts",
    "/run/systemd/resolve",
    "/sys/devices/system",
];

/// What the kernel tells of the machine. Of processes, a process sees itself alone.
const KERNEL: [&str; 8] = [
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/loadavg",
    "/proc/uptime",
    "/proc/version",
    "/proc/filesystems",
    "/proc/sys",
];

/// krait's own program, which a function may start as `sys.executable`.
const OWN_PROGRAM: &str = "/proc/self/exe";

const DEVICES: [&str; 5] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];

const READ: BitFlags<AccessFs> = make_bitflags!(AccessFs::{Execute | ReadFile | ReadDir});
const LOOK_UP: BitFlags<AccessFs> = make_bitflags!(AccessFs::{ReadFile | ReadDir});
const USE: BitFlags<AccessFs> = make_bitflags!(AccessFs::{ReadFile | WriteFile | IoctlDev});
const OWN_PROCESS: BitFlags<AccessFs> = make_bitflags!(AccessFs::{ReadFile | ReadDir | WriteFile});
/// Devices, which nobody without root's rights could make anyway, are no use of it.
const WRITE: BitFlags<AccessFs> = make_bitflags!(AccessFs::{
    Execute | ReadFile | ReadDir | WriteFile | RemoveDir | RemoveFile | MakeDir | MakeReg
        | MakeSock | MakeFifo | MakeSym | Refer | Truncate | ResolveUnix
});
/// Semaphores of `multiprocessing`: whoever knows a name may use it, and names cannot be listed.
const SHARED_MEMORY: BitFlags<AccessFs> =
    make_bitflags!(AccessFs::{ReadFile | WriteFile | RemoveFile | MakeReg | Refer | Truncate});

/// The ground that a process will stand on, where its files are its own: prepared as far as it is the
/// same for every function.
pub(crate) struct Ground {
    ruleset: Result<RulesetCreated, SandboxError>,
}

/// Which process enters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// An instance.
    Instance,
    /// A zygote that loads a function, for its instances.
    Zygote,
    /// An instance of such a zygote: the filter is in force, and it can make no namespaces. More of
    /// Landlock's rules keep it from its kin.
    OfZygote,
}

/// What a process that has entered is to say of it.
#[derive(Debug, Default)]
pub(crate) struct Entered {
    /// What is missing of the sandbox, or could not be opened.
    pub remarks: Vec<String>,
    /// How the process is its function's own user's, where it is.
    pub user: Option<AsUser>,
}

impl Ground {
    /// What can be done before it is known whose function this is: some hundred and fifty calls
    /// of the kernel, before anybody waits.
    pub(crate) fn prepare() -> Self {
        Self { ruleset: prepared().map_err(SandboxError::from) }
    }

    /// Enters, for good: this process, which must have one thread, and all that it starts. What was
    /// not `prepared` ahead is made now, if the policy asks for it. The process becomes that `user`'s,
    /// where one is given.
    ///
    /// # Errors
    /// Where the policy requires a sandbox, what keeps it from being whole. The process is not
    /// to go on then. Otherwise there are remarks.
    pub(crate) fn enter(
        prepared: Option<Self>,
        policy: &Policy,
        code: &Path,
        layers: &[PathBuf],
        user: Option<u32>,
        stage: Stage,
    ) -> Result<Entered, SandboxError> {
        let mut entering = Entering { required: policy.mode == Mode::Require, remarks: Vec::new() };
        let mut made = None;
        if policy.own_temporary && policy.files == Files::Own && stage != Stage::OfZygote {
            let own = temporary::make_own(&Room {
                code,
                layers,
                kept: &policy.read,
                writable: &policy.write,
                megabytes: policy.temporary_megabytes,
                is_alone: policy.network == Network::Closed,
            });
            // Whoever requires a sandbox was told at the start that this is not there.
            match own.map_err(SandboxError::Temporary) {
                Ok(own) => made = Some(own),
                Err(error) => entering.remarks.push(error.to_string()),
            }
        }
        limits::set(policy, made.is_some_and(|made| made.counts_apart));
        let own = capabilities::no_new_privileges().map_err(SandboxError::Capabilities);
        entering.take(own)?;
        let ruleset = match policy.files {
            Files::All => all_open().map_err(SandboxError::from),
            Files::Own => {
                let ground = prepared.unwrap_or_else(Self::prepare);
                ground
                    .ruleset
                    .and_then(|ruleset| entering.open_own(ruleset, policy, code, layers, stage))
                    .and_then(|ruleset| match made {
                        // Several layers are files of their own kind there.
                        Some(Made { layers: true, .. }) => {
                            Ok(open_if_there(ruleset, Path::new(temporary::LAYERS), READ)?)
                        }
                        _ => Ok(ruleset),
                    })
            }
        };
        let confined = match ruleset.and_then(|ruleset| restrict(ruleset, &policy.network)) {
            Ok(RulesetStatus::NotEnforced) => {
                entering.take(Err(SandboxError::Missing(vec!["Landlock"])))?;
                false
            }
            Ok(_) => true,
            Err(error) => {
                entering.take(Err(error))?;
                false
            }
        };
        let mut own = None;
        if let Some(user) = user {
            let folders: Vec<&Path> = layers.iter().map(PathBuf::as_path).chain([code]).collect();
            match users::become_own(user, confined, &folders) {
                Ok(switched) => own = switched,
                Err(error) => entering.take(Err(error))?,
            }
        }
        let dropped = match (policy.files, own) {
            (_, Some(_)) => Ok(()),
            (Files::All, None) => capabilities::keep_those_of_files(),
            (Files::Own, None) => capabilities::drop_all(code, confined),
        };
        let dropped = dropped.map_err(SandboxError::Capabilities);
        entering.take(dropped)?;
        if stage != Stage::OfZygote {
            let filtered = calls::filter(policy)
                .ok_or_else(|| io::Error::other("too many rules"))
                .and_then(filter::put_in_force);
            entering.take(filtered.map_err(SandboxError::Filter))?;
        }
        Ok(Entered { remarks: entering.remarks, user: own })
    }
}

struct Entering {
    required: bool,
    remarks: Vec<String>,
}

impl Entering {
    /// What went wrong ends the process where a sandbox is required, and is said otherwise.
    fn take(&mut self, result: Result<(), SandboxError>) -> Result<(), SandboxError> {
        match result {
            Err(error) if self.required => Err(error),
            Err(error) => {
                self.remarks.push(error.to_string());
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// Opens what is the function's own.
    fn open_own(
        &mut self,
        ruleset: RulesetCreated,
        policy: &Policy,
        code: &Path,
        layers: &[PathBuf],
        stage: Stage,
    ) -> Result<RulesetCreated, SandboxError> {
        let of_code = if policy.writable_code { WRITE } else { READ };
        let mut ruleset = ruleset;
        let system = [
            (Path::new("/proc/self"), OWN_PROCESS),
            (Path::new("/tmp"), WRITE),
            // SQLite has its temporary files there, if it may.
            (Path::new("/var/tmp"), WRITE),
            (Path::new("/dev/shm"), SHARED_MEMORY),
        ];
        for (path, rights) in system {
            ruleset = open_if_there(ruleset, path, rights)?;
        }
        if stage == Stage::Zygote {
            // Its instances see themselves, each by a rule of its own.
            ruleset = open_if_there(ruleset, Path::new("/proc"), LOOK_UP)?;
        }
        let layers = layers.iter().map(|layer| (layer.as_path(), READ));
        let read = policy.read.iter().map(|path| (path.as_path(), READ));
        let write = policy.write.iter().map(|path| (path.as_path(), WRITE));
        for (path, rights) in [(code, of_code)].into_iter().chain(layers).chain(read).chain(write) {
            match opened(path, &policy.write) {
                Ok(opened) => ruleset = ruleset.add_rule(PathBeneath::new(opened, rights))?,
                // The function's own folder may have gone: that is told where it is loaded.
                Err(_) if path == code => {}
                Err(error) => {
                    let path = path.to_path_buf();
                    self.take(Err(SandboxError::Path { path, error }))?;
                }
            }
        }
        Ok(ruleset)
    }
}

/// With all files open, for what a domain keeps besides: other processes' memory and signals. A ruleset
/// must be about some right, and an open one costs next to nothing. It is the right to move a file into another
/// folder, which is closed in a domain whose rules do not name it.
fn all_open() -> Result<RulesetCreated, landlock::RulesetError> {
    let open = AccessFs::MakeChar | AccessFs::Refer;
    let ruleset =
        Ruleset::default().handle_access(open)?.scope(Scope::from_all(KNOWN))?.create()?;
    open_if_there(ruleset, Path::new("/"), open)
}

fn prepared() -> Result<RulesetCreated, landlock::RulesetError> {
    let mut ruleset = Ruleset::default()
        .handle_access(AccessFs::from_all(KNOWN))?
        .scope(Scope::from_all(KNOWN))?
        .create()?;
    // Where one is a link (`/bin` into `/usr`), its target has a rule.
    let programs = PROGRAMS.iter().filter(|path| !is_link(path)).chain([&OWN_PROGRAM]);
    let programs = programs.map(|path| (path, READ));
    let system = SYSTEM.iter().chain(&KERNEL).map(|path| (path, LOOK_UP));
    let devices = DEVICES.iter().map(|path| (path, USE));
    for (path, rights) in programs.chain(system).chain(devices) {
        ruleset = open_if_there(ruleset, Path::new(path), rights)?;
    }
    Ok(ruleset)
}

fn is_link(path: &str) -> bool {
    fs::symlink_metadata(path).is_ok_and(|data| data.is_symlink())
}

fn open_if_there(
    ruleset: RulesetCreated,
    path: &Path,
    rights: BitFlags<AccessFs>,
) -> Result<RulesetCreated, landlock::RulesetError> {
    match PathFd::new(path) {
        Ok(opened) => ruleset.add_rule(PathBeneath::new(opened, rights)),
        Err(_) => Ok(ruleset),
    }
}

/// Puts the rules in force, and those of the network, where there are any.
fn restrict(ruleset: RulesetCreated, network: &Network) -> Result<RulesetStatus, SandboxError> {
    let status = ruleset.restrict_self()?.ruleset;
    let ports: &[u16] = match network {
        Network::Open => return Ok(status),
        Network::Ports(ports) => ports,
        Network::Closed => &[],
    };
    // Moving a file into another folder is closed in every domain that does not name it, in one of ports, too.
    let network = Ruleset::default()
        .handle_access(AccessNet::from_all(ABI::V4))?
        .handle_access(AccessFs::Refer)?
        .create()?;
    let mut network = open_if_there(network, Path::new("/"), AccessFs::Refer.into())?;
    for port in ports {
        network = network.add_rule(NetPort::new(*port, AccessNet::ConnectTcp))?;
    }
    network.restrict_self()?;
    Ok(status)
}
