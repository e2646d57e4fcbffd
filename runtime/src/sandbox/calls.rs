//! The system calls that a function, and what it starts, may not make.
//!
//! A list of what is denied, and not of what is allowed: a function may bring any program along,
//! and what it does to itself is its own business. Denied is what reaches other processes, the
//! machine's own state, parts of the kernel that no handler needs and that holes were found in,
//! memory that outlives a process or that nobody counts, and ways around these rules.

use super::{
    filter::{
        Rule, Verdict, allow, jump_if_any_of, jump_if_equal, keep_bits, load_argument, program,
        refuse,
    },
    processor,
};
use crate::contract::policy::{Files, Network, Policy};
use libc::{c_long, sock_filter};

/// Refused, whatever their arguments; and those of one processor.
const DENIED: &[c_long] = &[
    // Other processes: their memory, descriptors, threads.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_process_mrelease,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    libc::SYS_move_pages,
    libc::SYS_migrate_pages,
    // What files and namespaces there are.
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_mount_setattr,
    libc::SYS_unshare,
    libc::SYS_setns,
    // Files by something else than their path.
    libc::SYS_name_to_handle_at,
    libc::SYS_open_by_handle_at,
    libc::SYS_fanotify_init,
    libc::SYS_quotactl,
    libc::SYS_quotactl_fd,
    // Parts of the kernel that no handler needs; io_uring makes calls that no filter sees.
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_userfaultfd,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    libc::SYS_syslog,
    // The machine.
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_acct,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_vhangup,
    // Memory that is not the process's, or stays when it ends.
    libc::SYS_memfd_create,
    libc::SYS_memfd_secret,
    libc::SYS_shmget,
    libc::SYS_shmat,
    libc::SYS_semget,
    libc::SYS_msgget,
    libc::SYS_mq_open,
    libc::SYS_mq_unlink,
];

/// Those whose first argument is a process: of oneself, which is 0, they are allowed.
const OF_ONESELF: &[c_long] = &[
    libc::SYS_prlimit64,
    libc::SYS_sched_setaffinity,
    libc::SYS_sched_setattr,
    libc::SYS_sched_setparam,
    libc::SYS_sched_setscheduler,
];

/// Starting another program.
const OF_PROGRAMS: &[c_long] = &[libc::SYS_execve, libc::SYS_execveat];

/// `CLONE_NEW...`: namespaces.
const NAMESPACES: u32 = (libc::CLONE_NEWNS
    | libc::CLONE_NEWCGROUP
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET) as u32
    | CLONE_NEWTIME;
const CLONE_NEWTIME: u32 = 0x80;

/// Requests to a terminal that put words into its user's mouth.
const TIOCSTI: u32 = 0x5412;
const TIOCLINUX: u32 = 0x541c;

/// What a socket's type is, without its flags.
const SOCKET_TYPE: u32 = 0xf;

/// Calls that connect a socket by their flags, which no rule about ports sees; and which argument the
/// flags are.
const CONNECTING: [(c_long, u32); 3] =
    [(libc::SYS_sendto, 3), (libc::SYS_sendmsg, 2), (libc::SYS_sendmmsg, 3)];

/// `IOPRIO_WHO_PROCESS`.
const ONE_PROCESS: u32 = 1;

/// The filter of a policy.
pub(super) fn filter(policy: &Policy) -> Option<Vec<sock_filter>> {
    let mut rules: Vec<Rule> =
        DENIED.iter().chain(processor::DENIED).map(|call| denied(*call)).collect();
    rules.extend(
        OF_ONESELF
            .iter()
            .map(|call| of(*call, vec![load_argument(0), jump_if_equal(0, 0, 1), allow(), no()])),
    );
    if !policy.processes {
        rules.extend(OF_PROGRAMS.iter().chain(processor::FORKS).map(|call| denied(*call)));
    }
    rules.push(of(libc::SYS_clone, clone(policy.processes)));
    // Its flags lie in memory, where no filter looks: libc makes the older call then.
    rules.push(of(libc::SYS_clone3, vec![refuse(libc::ENOSYS)]));
    rules.push(of(libc::SYS_socket, socket(&policy.network)));
    if policy.network != Network::Open {
        // Without an address, a socket listens on a port that no rule names.
        rules.push(of(libc::SYS_listen, vec![refuse(libc::EACCES)]));
        let fast_open = libc::MSG_FASTOPEN.cast_unsigned();
        rules.extend(CONNECTING.map(|(call, flags)| {
            let ways = [jump_if_any_of(fast_open, 0, 1), refuse(libc::EACCES), allow()];
            of(call, [load_argument(flags)].into_iter().chain(ways).collect())
        }));
    }
    if policy.files == Files::Own {
        // No rule about files sees it, and it tells the names of what is made in a folder that is closed.
        rules.push(of(libc::SYS_inotify_add_watch, vec![refuse(libc::EACCES)]));
    }
    rules.push(of(libc::SYS_prctl, prctl()));
    let nobody = u32::MAX;
    rules.push(of(
        libc::SYS_personality,
        vec![load_argument(0), jump_if_equal(0, 1, 0), jump_if_equal(nobody, 0, 1), allow(), no()],
    ));
    rules.push(of(
        libc::SYS_ioctl,
        vec![
            load_argument(1),
            jump_if_equal(TIOCSTI, 1, 0),
            jump_if_equal(TIOCLINUX, 0, 1),
            no(),
            allow(),
        ],
    ));
    rules.push(of(libc::SYS_setpriority, own_priority(libc::PRIO_PROCESS)));
    rules.push(of(libc::SYS_ioprio_set, own_priority(ONE_PROCESS)));
    program(rules)
}

fn clone(processes: bool) -> Vec<sock_filter> {
    let threads_alone = if processes { 0 } else { libc::CLONE_THREAD as u32 };
    let mut verdict = vec![load_argument(0), jump_if_any_of(NAMESPACES, 0, 1), no()];
    if !processes {
        verdict.extend([jump_if_any_of(threads_alone, 1, 0), no()]);
    }
    verdict.push(allow());
    verdict
}

/// What it detached falls to the instance, whatever it does: it is counted there, and ends with it.
fn prctl() -> Vec<sock_filter> {
    vec![
        load_argument(0),
        jump_if_equal(libc::PR_SET_CHILD_SUBREAPER.cast_unsigned(), 0, 3),
        load_argument(1),
        jump_if_equal(0, 0, 1),
        no(),
        allow(),
    ]
}

/// Families that the policy has. Where it has ports, TCP and UDP alone: other protocols (MPTCP, SMC, SCTP)
/// reach the same servers, and no rule about ports sees them. Of netlink, the one protocol that
/// addresses and interfaces are asked for by.
fn socket(network: &Network) -> Vec<sock_filter> {
    let family = |family: i32| family.cast_unsigned();
    let mut verdict = vec![load_argument(0)];
    match network {
        Network::Open => {
            for each in [libc::AF_INET, libc::AF_INET6, libc::AF_UNIX] {
                verdict.extend([jump_if_equal(family(each), 0, 1), allow()]);
            }
        }
        Network::Ports(_) => {
            let of_ports = tcp_or_udp();
            let others = of_ports.len() as u8;
            verdict.push(jump_if_equal(family(libc::AF_INET), 1, 0));
            verdict.push(jump_if_equal(family(libc::AF_INET6), 0, others));
            verdict.extend(of_ports);
        }
        Network::Closed => {}
    }
    verdict.extend([
        jump_if_equal(family(libc::AF_NETLINK), 1, 0),
        refuse(libc::EACCES),
        load_argument(2),
        jump_if_equal(libc::NETLINK_ROUTE.cast_unsigned(), 1, 0),
        refuse(libc::EACCES),
        allow(),
    ]);
    verdict
}

/// By a socket's type and protocol.
fn tcp_or_udp() -> Vec<sock_filter> {
    let number = |number: i32| number.cast_unsigned();
    vec![
        load_argument(1),
        keep_bits(SOCKET_TYPE),
        jump_if_equal(number(libc::SOCK_STREAM), 1, 0),
        jump_if_equal(number(libc::SOCK_DGRAM), 0, 5),
        load_argument(2),
        // The type's own.
        jump_if_equal(0, 2, 0),
        jump_if_equal(number(libc::IPPROTO_TCP), 1, 0),
        jump_if_equal(number(libc::IPPROTO_UDP), 0, 1),
        allow(),
        refuse(libc::EACCES),
    ]
}

/// Of one process, and of that which asks.
fn own_priority(one_process: u32) -> Vec<sock_filter> {
    vec![
        load_argument(0),
        jump_if_equal(one_process, 1, 0),
        no(),
        load_argument(1),
        jump_if_equal(0, 1, 0),
        no(),
        allow(),
    ]
}

fn denied(call: c_long) -> Rule {
    Rule { call: call as u32, verdict: Verdict::Denied }
}

fn of(call: c_long, verdict: Vec<sock_filter>) -> Rule {
    Rule { call: call as u32, verdict: Verdict::Own(verdict) }
}

fn no() -> sock_filter {
    refuse(libc::EPERM)
}
