//! What the maker of a snapshot refuses. Each thing that a warm-up must not leave behind is tested
//! in a separate process.

use krait::{
    heap,
    instance::allocator::Allocator,
    snapshot::{Base, Unfit, fork_with_fixed_stack},
};
use std::{fs::File, hint::black_box, os::fd::AsRawFd};

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

/// A variable of the program, which a snapshot keeps.
#[unsafe(no_mangle)]
static mut CHECKED_VARIABLE: usize = 0;

/// Memory that was mapped before the snapshot is made, and that nobody can read or write.
static mut CLOSED: usize = 0;

/// Where a function lies on the stack that runs while the snapshot is made.
static mut FRAME: usize = 0;

/// What is done between the two moments that a snapshot compares, and the beginning of what
/// the maker must say; none where there is nothing to be said.
type Case = (&'static str, fn() -> usize, Option<&'static str>);

/// Where what is left out begins: `snapshot/processor`.
const LEFT_OUT: &str = if cfg!(target_arch = "aarch64") {
    "the block at 0x2900000008 of 64 bytes"
} else {
    "the block at 0x126000000008 of 64 bytes"
};

const CASES: [Case; 9] = [
    ("nothing out of order", kept, None),
    ("a thread", thread, Some("a thread was started while warming up")),
    ("a descriptor", descriptor, Some("descriptor 0 was left open while warming up")),
    (
        "memory of its own",
        mapping,
        Some("memory beside the heap was kept while warming up: unnamed"),
    ),
    ("a pointer to the stack, on the heap", to_stack, Some("32 bytes at 0x11")),
    (
        "a pointer to the first stack, in a variable",
        to_first_stack,
        Some("the variable CHECKED_VARIABLE at 0x"),
    ),
    ("a pointer to what was allocated before", to_older_memory, Some("32 bytes at 0x11")),
    ("a number that would be an address in closed memory", to_closed_memory, None),
    ("what cannot be computed is left out", left_out, Some(LEFT_OUT)),
];

fn main() {
    let failed = CASES.into_iter().filter(|case| !passes(*case)).count();
    assert!(failed == 0, "{failed} of {} cases failed", CASES.len());
}

/// Runs a case in a process of its own, forked while this one has a single thread.
fn passes((name, spoil, expected): Case) -> bool {
    let older = Box::leak(Box::new(0_u64));
    // SAFETY: the process has one thread.
    unsafe {
        CHECKED_VARIABLE = (&raw const *older).addr();
        CLOSED = mapped(libc::PROT_NONE);
    }
    let process = fork_with_fixed_stack(|| {
        let said = refusal(spoil).map(|unfit| unfit.to_string()).unwrap_or_default();
        let as_expected = match expected {
            Some(expected) => said.starts_with(expected),
            None => said.is_empty(),
        };
        if !as_expected {
            eprintln!("{name}: the maker said {said:?}");
        }
        // SAFETY: the process ends at once.
        unsafe { libc::_exit(i32::from(!as_expected)) }
    })
    .expect("a process");
    let mut status = 0;
    // SAFETY: the child is this process's own.
    unsafe { libc::waitpid(process, &raw mut status, 0) };
    println!("test {name} ... {}", if status == 0 { "ok" } else { "FAILED" });
    status == 0
}

fn refusal(spoil: fn() -> usize) -> Option<Unfit> {
    let file = File::options().read(true).write(true).open("/dev/null").expect("/dev/null");
    // SAFETY: nobody reads the standard input; the process has one thread.
    unsafe {
        libc::close(0);
        FRAME = (&raw const file).addr();
    }
    let mut base = Base::note().expect("the places are free");
    heap::sort_by(|asked| {
        let wanted = asked[2] == heap::Asked { size: 64, alignment: 8 };
        if wanted { heap::Sort::LeftOut } else { heap::Sort::Ordinary }
    });
    // SAFETY: the process has one thread.
    unsafe { SPOIL = spoil };
    base.warm_up(run);
    black_box(file.as_raw_fd());
    // SAFETY: as above.
    match base.write(unsafe { ROOT }, &[], |_, _| {}, &file) {
        // Nothing can be written at a place of this file.
        Ok(_) | Err(Unfit::Write(_)) => None,
        Err(unfit) => Some(unfit),
    }
}

static mut SPOIL: fn() -> usize = kept;
static mut ROOT: usize = 0;

extern "C" fn run() {
    // SAFETY: the process has one thread.
    unsafe { ROOT = SPOIL() };
}

/// An object of 32 bytes that holds a number, on the heap for good.
fn keep(number: usize) -> usize {
    (&raw const *Box::leak(Box::new([0, number, 0, 0]))).expose_provenance()
}

fn kept() -> usize {
    keep(1)
}

fn thread() -> usize {
    std::thread::spawn(std::thread::park);
    keep(1)
}

fn descriptor() -> usize {
    // SAFETY: a new descriptor.
    unsafe { libc::dup(2) };
    keep(1)
}

fn mapping() -> usize {
    mapped(libc::PROT_READ | libc::PROT_WRITE);
    keep(1)
}

/// A new page, far from all others.
fn mapped(protection: libc::c_int) -> usize {
    // SAFETY: a place that is taken is not taken away.
    unsafe {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED_NOREPLACE;
        let place = std::ptr::with_exposed_provenance_mut(0x2000_0000_0000 + NEXT);
        NEXT += 1 << 32;
        libc::mmap(place, 4096, protection, flags, -1, 0).expose_provenance()
    }
}

/// How far beyond the first such page the next one is mapped, in bytes.
static mut NEXT: usize = 0;

fn to_stack() -> usize {
    // SAFETY: the process has one thread.
    keep(unsafe { FRAME })
}

fn to_first_stack() -> usize {
    // SAFETY: the kernel's numbers lie on the first stack; the process has one thread.
    unsafe { CHECKED_VARIABLE = libc::getauxval(libc::AT_RANDOM) as usize };
    keep(1)
}

fn to_older_memory() -> usize {
    // SAFETY: the process has one thread.
    keep(unsafe { CHECKED_VARIABLE })
}

fn to_closed_memory() -> usize {
    // SAFETY: the process has one thread.
    keep(unsafe { CLOSED } + 8)
}

fn left_out() -> usize {
    (&raw const *Box::leak(Box::new([1_u64; 8]))).expose_provenance()
}
