//! What a function may reach of the machine: krait's own, the platform says nothing of it.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{num::NonZeroU32, path::PathBuf};

/// Whether functions are kept in a sandbox.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// With what the machine gives; what is missing is said.
    #[default]
    Auto,
    /// With all that the sandbox is made of, or not at all.
    Require,
    /// Without.
    Off,
}

/// Which files can be reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Files {
    /// The function's own, the system's, and those that are opened by name.
    #[default]
    Own,
    /// Those that the user can reach.
    All,
}

/// What can be reached of the network.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Network {
    /// All of it, and the machine's UNIX sockets.
    #[default]
    Open,
    /// TCP to these ports, and UDP, which names are resolved by; nothing may listen.
    Ports(Vec<u16>),
    /// Nothing.
    Closed,
}

/// The policy that a function's instance is kept by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    pub mode: Mode,
    pub files: Files,
    /// Files and folders to be read, beyond the function's own and the system's.
    pub read: Vec<PathBuf>,
    /// Files and folders to be read and written.
    pub write: Vec<PathBuf>,
    pub network: Network,
    /// Whether other processes may be started.
    pub processes: bool,
    /// How many processes an instance may have, itself included; threads count where the kernel
    /// counts.
    pub max_processes: Option<u32>,
    /// How large a file that it writes may become, in MB.
    pub max_file_megabytes: Option<u32>,
    /// The size of its own `/tmp`, in MB.
    pub temporary_megabytes: u32,
    /// Whether the code's own folder may be written to.
    pub writable_code: bool,
    /// Whether an instance has a `/tmp` of its own, where the machine can give it one.
    pub own_temporary: bool,
}

/// What is said of one function, instead of what holds for all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rules {
    pub mode: Option<Mode>,
    pub files: Option<Files>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub read: Vec<PathBuf>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub write: Vec<PathBuf>,
    pub network: Option<Network>,
    pub processes: Option<bool>,
    pub max_processes: Option<NonZeroU32>,
    /// In MB.
    pub max_file_size: Option<u32>,
    /// In MB.
    pub tmp_size: Option<NonZeroU32>,
}

/// What functions connect to in `krait serve` unless more is opened: names and HTTPS.
const OUTWARD: [u16; 2] = [53, 443];

/// Processes of an instance in `krait serve`: the platform's limit (docs/contract.md §6).
const PROCESSES: u32 = 1024;

/// The size of `/tmp`, in MB: the platform's (docs/contract.md §6).
const TEMPORARY_MEGABYTES: u32 = 512;

impl Default for Policy {
    /// Files are the function's own, and the network is open.
    fn default() -> Self {
        Self {
            mode: Mode::default(),
            files: Files::default(),
            read: Vec::new(),
            write: Vec::new(),
            network: Network::default(),
            processes: false,
            max_processes: None,
            max_file_megabytes: None,
            temporary_megabytes: TEMPORARY_MEGABYTES,
            writable_code: false,
            own_temporary: false,
        }
    }
}

impl Policy {
    /// For one's own code, called by oneself: files and the network are the machine's, as for any
    /// program that one runs.
    pub fn of_invoke() -> Self {
        Self { files: Files::All, processes: true, writable_code: true, ..Self::default() }
    }

    /// For code beside other code: the code stays as it is, and `/tmp` is its own. Of the network,
    /// names and HTTPS are open: this machine's services, krait's API among them, trust whoever
    /// reaches them. `listens` is the server's own port.
    pub fn of_serve(listens: u16) -> Self {
        let outward = OUTWARD.into_iter().filter(|port| *port != listens);
        Self {
            network: Network::Ports(outward.collect()),
            processes: true,
            max_processes: Some(PROCESSES),
            own_temporary: true,
            ..Self::default()
        }
    }

    /// How many processes an instance may have, where a sandbox limits them.
    pub fn processes_at_most(&self) -> Option<u32> {
        self.max_processes.filter(|_| self.mode != Mode::Off)
    }

    /// With what is said of one function. `require` is not given up by it.
    #[must_use]
    pub fn with(&self, rules: &Rules) -> Self {
        let mut policy = self.clone();
        if let Some(mode) = rules.mode
            && self.mode == Mode::Auto
        {
            policy.mode = mode;
        }
        policy.files = rules.files.unwrap_or(self.files);
        policy.read.extend_from_slice(&rules.read);
        policy.write.extend_from_slice(&rules.write);
        if let Some(network) = &rules.network {
            policy.network = network.clone();
        }
        policy.processes = rules.processes.unwrap_or(self.processes);
        policy.max_processes = rules.max_processes.map(NonZeroU32::get).or(self.max_processes);
        policy.max_file_megabytes = rules.max_file_size.or(self.max_file_megabytes);
        policy.temporary_megabytes =
            rules.tmp_size.map_or(self.temporary_megabytes, NonZeroU32::get);
        policy
    }
}

/// As it is written: `true`, `false`, or a list of ports.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Whole(bool),
    Ports(Vec<u16>),
}

impl Serialize for Network {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Open => Written::Whole(true),
            Self::Closed => Written::Whole(false),
            Self::Ports(ports) => Written::Ports(ports.clone()),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(deserializer)
            .map_err(|_| D::Error::custom("network is true, false, or a list of ports"))?;
        Ok(match written {
            Written::Whole(true) => Self::Open,
            Written::Whole(false) => Self::Closed,
            Written::Ports(ports) => Self::Ports(ports),
        })
    }
}

/// As an option has it: `on`, `off`, or ports with commas between.
impl std::str::FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "on" => Ok(Self::Open),
            "off" => Ok(Self::Closed),
            ports => {
                let ports = ports.split(',').map(str::parse).collect::<Result<_, _>>();
                ports.map(Self::Ports).map_err(|_| "it is on, off, or ports: 443,5432".to_owned())
            }
        }
    }
}
