//! What a function leaves in the world besides its own memory. A function that is loaded for a snapshot may
//! leave nothing there: no other process would find it.
//!
//! Each such system call ends the process, after it said which one it was.

use super::{
    filter::{self, Rule, Verdict, allow, jump_if_any_of, jump_if_equal, load_argument, tell},
    processor,
};
use libc::{c_long, sock_filter};
use std::{
    io,
    mem::MaybeUninit,
    ptr::with_exposed_provenance_mut,
    sync::atomic::{AtomicPtr, Ordering},
};

const FILES: &str = "it changes files";
const NETWORK: &str = "it uses the network";
const PROCESSES: &str = "it starts a process";
const ITSELF: &str = "it changes its process: its folder, limits, rights, timers or streams";

/// The calls that leave something, by what they are told as; those of one processor besides.
const LASTING: &[(&str, &[c_long])] = &[
    (
        FILES,
        &[
            libc::SYS_mkdirat,
            libc::SYS_unlinkat,
            libc::SYS_renameat,
            libc::SYS_renameat2,
            libc::SYS_symlinkat,
            libc::SYS_linkat,
            libc::SYS_mknodat,
            libc::SYS_fchmodat,
            libc::SYS_fchownat,
            libc::SYS_utimensat,
            libc::SYS_truncate,
            libc::SYS_setxattr,
            libc::SYS_lsetxattr,
            libc::SYS_openat2,
        ],
    ),
    (NETWORK, &[libc::SYS_connect, libc::SYS_sendmsg, libc::SYS_sendmmsg]),
    (PROCESSES, &[libc::SYS_execve, libc::SYS_execveat]),
    (
        ITSELF,
        &[
            libc::SYS_chdir,
            libc::SYS_fchdir,
            libc::SYS_umask,
            libc::SYS_setrlimit,
            libc::SYS_setpriority,
            libc::SYS_setitimer,
            libc::SYS_timer_create,
            libc::SYS_setuid,
            libc::SYS_setgid,
            libc::SYS_setresuid,
            libc::SYS_setresgid,
            libc::SYS_setgroups,
            libc::SYS_setsid,
            libc::SYS_setpgid,
            libc::SYS_sched_setaffinity,
            libc::SYS_dup3,
        ],
    ),
];

/// What a function does that makes this call of the system.
pub(crate) fn told(call: i32) -> &'static str {
    let call = c_long::from(call);
    let list = LASTING.iter().chain(processor::LASTING);
    let found = list.into_iter().find(|(_, calls)| calls.contains(&call));
    match (found, call) {
        (Some((what, _)), _) => what,
        (None, libc::SYS_openat) => FILES,
        (None, call) if processor::OPEN.contains(&call) => FILES,
        (None, libc::SYS_clone) => PROCESSES,
        (None, libc::SYS_sendto) => NETWORK,
        (None, _) => ITSELF,
    }
}

/// Called with the number of the first lasting call.
type Teller = fn(i32);

static TELLER: AtomicPtr<()> = AtomicPtr::new(std::ptr::null_mut());

/// What a program is told of its machine, where that is not the machine itself; else null.
static MACHINE: AtomicPtr<libc::utsname> = AtomicPtr::new(std::ptr::null_mut());

/// From here on, a call that leaves something in the world is not made: `teller` is called, and the process
/// ends. Who asks for the machine is told of `machine`, if one is given. The process must have no new
/// privileges, and one thread.
///
/// # Errors
/// Where the kernel has no filters.
pub(crate) fn end_at_lasting_calls(
    teller: Teller,
    machine: Option<libc::utsname>,
) -> io::Result<()> {
    TELLER.store(teller as *mut (), Ordering::Relaxed);
    let mut rules = rules();
    if let Some(machine) = machine {
        MACHINE.store(Box::leak(Box::new(machine)), Ordering::Relaxed);
        rules.push(of(libc::SYS_uname, vec![tell()]));
    }
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    let stack = stack_of_handler();
    // SAFETY: a plain structure, all of which may be zero; the handler takes what the flag says. The stack is
    // nobody else's.
    unsafe {
        let action = action.as_mut_ptr();
        (*action).sa_sigaction = on_call as *const () as libc::sighandler_t;
        (*action).sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        if libc::sigaltstack(&raw const stack, std::ptr::null_mut()) == -1
            || libc::sigaction(libc::SIGSYS, action, std::ptr::null_mut()) == -1
        {
            return Err(io::Error::last_os_error());
        }
    }
    let program = filter::program(rules).ok_or_else(|| io::Error::other("too many rules"))?;
    filter::put_in_force(program)
}

/// A stack of the handler's own. A snapshot keeps remains of the thread's stack in padding of objects: those of a
/// signal, which one load gets and another does not, would make two snapshots differ.
fn stack_of_handler() -> libc::stack_t {
    /// The kernel puts the processor's registers there, of which some processors have 11 KB.
    const BYTES: usize = 64 << 10;
    let room: &'static mut [u8] = vec![0; BYTES].leak();
    libc::stack_t { ss_sp: room.as_mut_ptr().cast(), ss_flags: 0, ss_size: BYTES }
}

extern "C" fn on_call(_signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    /// Where in the structure the kernel puts the call's number, in bytes: behind three numbers, the room to
    /// align an address, and that.
    const CALL: usize = 24;
    let (teller, machine) = (TELLER.load(Ordering::Relaxed), MACHINE.load(Ordering::Relaxed));
    // SAFETY: the kernel's structure is 128 bytes long. `teller` is a `Teller`: nobody stores anything else.
    // The signal comes at a system call of this thread's own, and none that the heap makes is in the list.
    // Whoever asks for the machine has room for it.
    unsafe {
        let call = info.cast::<u8>().add(CALL).cast::<i32>().read_unaligned();
        if c_long::from(call) == libc::SYS_uname && !machine.is_null() {
            let context = context.cast::<libc::ucontext_t>();
            let asked = with_exposed_provenance_mut::<libc::utsname>(processor::argument(context));
            asked.copy_from_nonoverlapping(machine, 1);
            processor::set_result(context, 0);
            return;
        }
        if !teller.is_null() {
            std::mem::transmute::<*mut (), Teller>(teller)(call);
        }
        libc::_exit(0)
    }
}

fn rules() -> Vec<Rule> {
    let list = LASTING.iter().chain(processor::LASTING).flat_map(|(_, calls)| *calls);
    let mut rules: Vec<Rule> = list.map(|call| of(*call, vec![tell()])).collect();
    rules.push(of(libc::SYS_openat, opened(2)));
    rules.extend(processor::OPEN.iter().map(|call| of(*call, opened(1))));
    // Threads are found otherwise. The other call that makes both is refused by the function's own filter.
    rules.push(of(
        libc::SYS_clone,
        vec![load_argument(0), jump_if_any_of(libc::CLONE_THREAD as u32, 0, 1), allow(), tell()],
    ));
    // The kernel is asked for the machine's addresses by such a message: its address alone is so long.
    let of_kernel = size_of::<libc::sockaddr_nl>() as u32;
    rules.push(of(
        libc::SYS_sendto,
        vec![load_argument(5), jump_if_equal(of_kernel, 0, 1), allow(), tell()],
    ));
    // Asked for the limits, it gets them.
    rules.push(of(
        libc::SYS_prlimit64,
        vec![load_argument(2), jump_if_equal(0, 0, 1), allow(), tell()],
    ));
    rules
}

/// Opening a file to read it leaves nothing, whatever the other flags.
fn opened(flags: u32) -> Vec<sock_filter> {
    const CHANGES: i32 = libc::O_WRONLY | libc::O_RDWR | libc::O_CREAT | libc::O_TRUNC;
    vec![load_argument(flags), jump_if_any_of(CHANGES.cast_unsigned(), 0, 1), tell(), allow()]
}

fn of(call: c_long, verdict: Vec<sock_filter>) -> Rule {
    Rule { call: call as u32, verdict: Verdict::Own(verdict) }
}
