//! A filter of system calls for the kernel (seccomp), as a program of its small machine.
//!
//! Written here and not by a library: those know neither the second numbering of system calls
//! that a 64-bit process has (x32, which would lead past every rule) nor an error for each rule.
//! It is short, and finds a call by halves: the kernel compiles it, and tries it with every number
//! there is, each time that it is put in force.

use super::processor;
use libc::sock_filter;
use std::io;

/// What is done with one system call.
pub(super) struct Rule {
    pub call: u32,
    pub verdict: Verdict,
}

pub(super) enum Verdict {
    /// It comes back with EPERM.
    Denied,
    /// What a piece of program says, each of whose ways ends.
    Own(Vec<sock_filter>),
}

/// Offsets in `struct seccomp_data`, of a little-endian machine.
const CALL: u32 = 0;
const ARCHITECTURE: u32 = 4;
const ARGUMENTS: u32 = 16;

/// From here on numbers are those of x32, and on other processors none.
const X32: u32 = 0x4000_0000;

/// Where the program goes on.
#[derive(Clone, Copy, PartialEq)]
enum To {
    Allowed,
    Denied,
    /// The piece of that number.
    Own(usize),
    /// The comparison of that number.
    Node(usize),
}

/// A comparison of the call's number.
struct Node {
    at_least: u32,
    then: To,
    otherwise: To,
}

/// The whole program. Where it is too long for a jump, none.
pub(super) fn program(mut rules: Vec<Rule>) -> Option<Vec<sock_filter>> {
    rules.sort_by_key(|rule| rule.call);
    let (segments, pieces) = segments(rules);
    let mut nodes = Vec::new();
    let first = tree(&segments, &mut nodes);
    let mut program = vec![
        load(ARCHITECTURE),
        jump_if_equal(processor::ARCHITECTURE, 1, 0),
        end(libc::SECCOMP_RET_KILL_PROCESS),
        load(CALL),
        jump_if_at_least(X32, 0, 1),
        refuse(libc::ENOSYS),
    ];
    let start = program.len();
    debug_assert!(first == To::Node(0));
    // Behind the comparisons: allowed, denied, the pieces.
    let allowed = start + nodes.len();
    let mut places = Vec::new();
    let mut place = allowed + 2;
    for piece in &pieces {
        places.push(place);
        place += piece.len();
    }
    for (index, Node { at_least, then, otherwise }) in nodes.iter().enumerate() {
        let way = |to: To| {
            let target = match to {
                To::Allowed => allowed,
                To::Denied => allowed + 1,
                To::Own(piece) => places[piece],
                To::Node(node) => start + node,
            };
            u8::try_from(target - (start + index) - 1).ok()
        };
        program.push(jump_if_at_least(*at_least, way(*then)?, way(*otherwise)?));
    }
    program.extend([allow(), refuse(libc::EPERM)]);
    program.extend(pieces.into_iter().flatten());
    Some(program)
}

/// From which number on goes what, in order; and the pieces.
fn segments(rules: Vec<Rule>) -> (Vec<(u32, To)>, Vec<Vec<sock_filter>>) {
    let (mut segments, mut pieces) = (vec![(0, To::Allowed)], Vec::new());
    let mut next = 0;
    for Rule { call, verdict } in rules {
        if call > next {
            segments.push((next, To::Allowed));
        }
        segments.push((
            call,
            match verdict {
                Verdict::Denied => To::Denied,
                Verdict::Own(piece) => {
                    pieces.push(piece);
                    To::Own(pieces.len() - 1)
                }
            },
        ));
        next = call + 1;
    }
    segments.push((next, To::Allowed));
    segments.dedup_by(|later, earlier| later.1 == earlier.1);
    (segments, pieces)
}

fn tree(segments: &[(u32, To)], nodes: &mut Vec<Node>) -> To {
    if let [(_, only)] = segments {
        return *only;
    }
    let (lower, upper) = segments.split_at(segments.len() / 2);
    let number = nodes.len();
    nodes.push(Node { at_least: upper[0].0, then: To::Allowed, otherwise: To::Allowed });
    nodes[number].otherwise = tree(lower, nodes);
    nodes[number].then = tree(upper, nodes);
    To::Node(number)
}

/// Puts a program in force for this process and all that it starts. It must have no new
/// privileges.
pub(super) fn put_in_force(mut program: Vec<sock_filter>) -> io::Result<()> {
    let length = u16::try_from(program.len()).map_err(io::Error::other)?;
    let program = libc::sock_fprog { len: length, filter: program.as_mut_ptr() };
    // SAFETY: the program is as long as it says, and the kernel copies it.
    match unsafe {
        libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program)
    } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// The lower half of an argument, which is all of an `int`.
pub(super) fn load_argument(index: u32) -> sock_filter {
    load(ARGUMENTS + 8 * index)
}

pub(super) fn jump_if_equal(value: u32, then: u8, otherwise: u8) -> sock_filter {
    instruction(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, value, then, otherwise)
}

pub(super) fn jump_if_any_of(bits: u32, then: u8, otherwise: u8) -> sock_filter {
    instruction(libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K, bits, then, otherwise)
}

/// Keeps these bits of what was loaded.
pub(super) fn keep_bits(bits: u32) -> sock_filter {
    instruction(libc::BPF_ALU | libc::BPF_AND | libc::BPF_K, bits, 0, 0)
}

pub(super) fn allow() -> sock_filter {
    end(libc::SECCOMP_RET_ALLOW)
}

/// The call is not made, and comes back with an error.
pub(super) fn refuse(error: i32) -> sock_filter {
    end(libc::SECCOMP_RET_ERRNO | error.cast_unsigned())
}

/// The call is not made, and the process gets SIGSYS, which says which call it was.
pub(super) fn tell() -> sock_filter {
    end(libc::SECCOMP_RET_TRAP)
}

fn jump_if_at_least(value: u32, then: u8, otherwise: u8) -> sock_filter {
    instruction(libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K, value, then, otherwise)
}

fn load(offset: u32) -> sock_filter {
    instruction(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, offset, 0, 0)
}

fn end(verdict: u32) -> sock_filter {
    instruction(libc::BPF_RET | libc::BPF_K, verdict, 0, 0)
}

fn instruction(code: u32, k: u32, jt: u8, jf: u8) -> sock_filter {
    sock_filter { code: code as u16, jt, jf, k }
}
