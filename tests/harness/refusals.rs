//! Makes the kernel refuse what a snapshot needs (by seccomp).

use std::{fs::File, io, io::Read, os::unix::process::CommandExt, path::Path, process::Command};

/// What a case's prose may ask for.
const REFUSALS: [(&str, Refused); 3] = [
    (
        "The stack's place is taken.",
        Refused { place: 0x0f00, of_files_only: false, error: libc::EEXIST },
    ),
    (
        "The heap's place is taken.",
        Refused { place: 0x1100, of_files_only: false, error: libc::EEXIST },
    ),
    (
        "No file may be mapped where the heap is.",
        Refused { place: 0x1100, of_files_only: true, error: libc::EPERM },
    ),
];

/// Mappings that are refused: those asked for at a place, given by the upper half of the
/// address on `x86_64` (runtime/src/snapshot/processor). aarch64 has fewer bits of addresses, and each place 8 bits
/// lower.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Refused {
    place: u32,
    of_files_only: bool,
    error: i32,
}

impl Refused {
    /// What a line of prose asks for.
    pub(crate) fn by(line: &str) -> Option<Self> {
        REFUSALS.iter().find(|(phrase, _)| line.contains(phrase)).map(|(_, refused)| *refused)
    }

    /// Has a command, and all that it starts, be refused. The places are those of `program`'s processor.
    pub(crate) fn apply_to(mut self, command: &mut Command, program: &Path) {
        if is_for_aarch64(program) {
            self.place >>= 8;
        }
        // SAFETY: between fork and exec only system calls are made.
        unsafe { command.pre_exec(move || self.install()) };
    }

    fn install(self) -> io::Result<()> {
        /// Offsets in `struct seccomp_data`, on a little-endian machine.
        const CALL: u32 = 0;
        const PLACE_UPPER_HALF: u32 = 16 + 4;
        const DESCRIPTOR: u32 = 16 + 4 * 8;
        const NO_DESCRIPTOR: u32 = u32::MAX;
        const NEVER: u32 = i32::MAX as u32;
        let load = |offset| statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, offset, 0, 0);
        let unless_equal =
            |value, skip| statement(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, value, 0, skip);
        let give = |result| statement(libc::BPF_RET | libc::BPF_K, result, 0, 0);
        let refuse = libc::SECCOMP_RET_ERRNO | self.error.cast_unsigned();
        // Each test skips to the permission where it fails; the last one to the refusal.
        let exempt = if self.of_files_only { NO_DESCRIPTOR } else { NEVER };
        let mut filter = [
            load(CALL),
            unless_equal(libc::SYS_mmap as u32, 4),
            load(PLACE_UPPER_HALF),
            unless_equal(self.place, 2),
            load(DESCRIPTOR),
            unless_equal(exempt, 1),
            give(libc::SECCOMP_RET_ALLOW),
            give(refuse),
        ];
        let program = libc::sock_fprog { len: filter.len() as u16, filter: filter.as_mut_ptr() };
        // SAFETY: the program is as long as it says.
        unsafe {
            if libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1
                || libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program)
                    == -1
            {
                return Err(io::Error::last_os_error());
            }
        }
        Ok(())
    }
}

fn statement(code: u32, k: u32, jt: u8, jf: u8) -> libc::sock_filter {
    libc::sock_filter { code: code as u16, jt, jf, k }
}

/// Whether the head of a program's file says that it is for aarch64.
fn is_for_aarch64(program: &Path) -> bool {
    /// `EM_AARCH64`, and where it stands in the head.
    const AARCH64: [u8; 2] = 183_u16.to_le_bytes();
    const MACHINE: usize = 18;
    let mut head = [0; MACHINE + AARCH64.len()];
    let read = File::open(program).and_then(|mut file| file.read_exact(&mut head));
    read.is_ok() && head[MACHINE..] == AARCH64
}
