//! The filter of system calls, with a policy as the sandbox has it.

use crate::{
    contract::policy::{Files, Network, Policy},
    in_process,
};
use std::io::Error;

/// Puts the filter in force in processes of their own, and tries calls there.
pub(super) fn refuses() -> Result<String, String> {
    for processes in [true, false] {
        let network = if processes { Network::Open } else { Network::Closed };
        in_process(fork, move || tried(&Policy { processes, network, files: Files::Own }))?;
    }
    Ok("as expected".to_owned())
}

fn fork(child: Box<dyn FnOnce()>) -> std::io::Result<i32> {
    // SAFETY: this process has one thread.
    match unsafe { libc::fork() } {
        -1 => Err(Error::last_os_error()),
        0 => {
            child();
            Ok(0)
        }
        process => Ok(process),
    }
}

fn tried(policy: &Policy) -> Result<String, String> {
    let open = matches!(policy.network, Network::Open);
    // SAFETY: each call is refused, or changes this process alone.
    unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        crate::sandbox::enter(policy).map_err(|error| format!("no filter: {error}"))?;
        let name = c"name".as_ptr();
        let user = libc::CLONE_NEWUSER | libc::SIGCHLD;
        expect("ptrace", libc::EPERM, libc::syscall(libc::SYS_ptrace, 0, 0, 0, 0))?;
        expect("memory", libc::EPERM, libc::syscall(libc::SYS_memfd_create, name, 0))?;
        expect("mount", libc::EPERM, libc::syscall(libc::SYS_mount, 0, 0, 0, 0, 0))?;
        expect("reboot", libc::EPERM, libc::syscall(libc::SYS_reboot, 0, 0, 0, 0))?;
        expect("clone3", libc::ENOSYS, libc::syscall(libc::SYS_clone3, 0, 0))?;
        expect("no call", libc::ENOSYS, libc::syscall(0x4000_0000 + 39))?;
        expect("a namespace", libc::EPERM, libc::syscall(libc::SYS_clone, user, 0, 0, 0, 0))?;
        expect("a terminal", libc::EPERM, libc::syscall(libc::SYS_ioctl, 0, 0x5412, 0))?;
        expect("another's limit", libc::EPERM, libc::syscall(libc::SYS_prlimit64, 1, 7, 0, 0))?;
        expect("its own limit", 0, libc::syscall(libc::SYS_prlimit64, 0, 7, 0, 0))?;
        let packets = libc::socket(libc::AF_PACKET, libc::SOCK_RAW, 0);
        expect("packets", libc::EACCES, packets.into())?;
        let local = libc::socket(libc::AF_UNIX, libc::SOCK_STREAM, 0);
        expect("a socket", if open { 0 } else { libc::EACCES }, local.into())?;
        let thread = std::thread::spawn(|| 5).join();
        if thread.ok() != Some(5) {
            return Err("there is no thread".to_owned());
        }
        let forked = libc::fork();
        if forked == 0 {
            libc::_exit(0);
        }
        expect("a process", if policy.processes { 0 } else { libc::EPERM }, forked.into())?;
    }
    Ok(String::new())
}

/// Checks the error of a call, or that it had none (0).
fn expect(call: &str, error: i32, result: i64) -> Result<(), String> {
    let given = if result == -1 { Error::last_os_error().raw_os_error().unwrap_or(-1) } else { 0 };
    if given == error { Ok(()) } else { Err(format!("{call}: error {given}, and not {error}")) }
}
