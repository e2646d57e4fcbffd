//! What this machine gives a sandbox.

use super::{SandboxError, groups::Place};

/// See the module's own documentation.
#[derive(Debug, Clone, Copy)]
pub struct Machine {
    /// The version of Landlock's interface; 0 where the kernel has none, or has it switched off.
    pub landlock: i32,
    /// Whether a filter of system calls can be put in force.
    pub seccomp: bool,
    /// Whether a mount namespace, and so a `/tmp` of one's own, can be had; none where it was
    /// not tried.
    pub namespaces: Option<bool>,
    pub root: bool,
}

/// Landlock's versions, and what each brought that the sandbox uses.
const TRUNCATES: i32 = 3;
const TCP: i32 = 4;
const SIGNALS: i32 = 6;

impl Machine {
    /// Asks the kernel. Nothing of this process changes.
    pub fn look() -> Self {
        // SAFETY: with these arguments the calls only tell: the version, and whether a verdict
        // is known.
        let (landlock, seccomp, root) = unsafe {
            let version = libc::syscall(libc::SYS_landlock_create_ruleset, 0_usize, 0_usize, 1);
            let verdict: u32 = libc::SECCOMP_RET_ERRNO;
            let known = libc::syscall(
                libc::SYS_seccomp,
                libc::SECCOMP_GET_ACTION_AVAIL,
                0,
                &raw const verdict,
            );
            (version as i32, known == 0, libc::geteuid() == 0)
        };
        Self { landlock: landlock.max(0), seccomp, namespaces: None, root }
    }

    /// The same, and tries whether namespaces can be had, in a process of its own. This process
    /// must have one thread.
    pub fn look_closely() -> Self {
        Self { namespaces: Some(super::temporary::can_be_had()), ..Self::look() }
    }

    /// What the kernel would count and limit by control groups, or why it would not, as text: `krait
    /// serve` would be told the same where this process is.
    ///
    /// # Errors
    /// Why it would not.
    pub fn groups() -> Result<String, String> {
        Place::find().map(|place| place.describe())
    }

    /// What the sandbox is made of and this machine lacks.
    pub fn missing(&self) -> Vec<&'static str> {
        let mut missing = Vec::new();
        match self.landlock {
            0 => missing.push("Landlock (Linux 5.13): files, signals and ports stay open"),
            version => {
                if version < TRUNCATES {
                    missing.push("Landlock 3 (Linux 6.2): any file that can be written may be cut");
                }
                if version < TCP {
                    missing.push("Landlock 4 (Linux 6.7): every port stays open");
                }
                if version < SIGNALS {
                    missing.push("Landlock 6 (Linux 6.12): other processes can be signalled");
                }
            }
        }
        if !self.seccomp {
            missing.push("seccomp: every system call can be made");
        }
        if self.namespaces == Some(false) {
            missing.push("mount namespaces: functions share /tmp");
        }
        missing
    }

    /// Whether all is there that a sandbox is to have.
    ///
    /// # Errors
    /// [`SandboxError::Missing`] what it needs. Namespaces are not among it.
    pub fn require(&self) -> Result<(), SandboxError> {
        let missing = Self { namespaces: None, ..*self }.missing();
        if missing.is_empty() { Ok(()) } else { Err(SandboxError::Missing(missing)) }
    }
}
