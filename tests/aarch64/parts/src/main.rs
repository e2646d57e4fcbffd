//! The parts of krait that know the processor, without the rest: the heap and the snapshot, the locks, and
//! the filter of system calls. They compile in seconds, and run where no whole krait was built.
//!
//!     krait-parts [make|take|filter]...
//!
//! As the first process of a machine, it does all of this, and switches the machine off.

mod filter;
#[path = "../../../../runtime/src/heap/mod.rs"]
#[allow(dead_code, unreachable_pub, unused_imports, reason = "what the rest of krait uses")]
mod heap;
#[path = "../../../../runtime/src/locks/mod.rs"]
#[allow(dead_code, unused_imports, reason = "what the rest of krait uses")]
mod locks;
mod sandbox;
#[path = "../../../../runtime/src/snapshot/mod.rs"]
#[allow(dead_code, unreachable_pub, unused_imports, reason = "what the rest of krait uses")]
mod snapshot;
mod state;

/// What of a policy the filter looks at: `runtime/src/contract/policy.rs`.
mod contract {
    pub(crate) mod policy {
        /// Which files can be reached.
        #[derive(PartialEq)]
        pub(crate) enum Files {
            Own,
            #[allow(dead_code, reason = "the filter knows it")]
            All,
        }

        /// The network that a function has.
        #[derive(PartialEq)]
        pub(crate) enum Network {
            Open,
            #[allow(dead_code, reason = "the filter knows it")]
            Ports(Vec<u16>),
            Closed,
        }

        /// What a function may do.
        pub(crate) struct Policy {
            pub(crate) processes: bool,
            pub(crate) network: Network,
            pub(crate) files: Files,
        }
    }
}

use std::{
    alloc::{GlobalAlloc, Layout},
    ffi::CStr,
    process::ExitCode,
};

/// krait's heap, as `runtime/src/instance/allocator.rs` has it.
struct Allocator;

// SAFETY: every call is the heap's, unchanged.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        heap::allocate(layout.size(), layout.align())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        heap::allocate_zeroed(layout.size(), layout.align())
    }

    unsafe fn dealloc(&self, pointer: *mut u8, _: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { heap::free(pointer) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promises are passed on.
        unsafe { heap::reallocate(pointer, layout.size(), layout.align(), size) }
    }
}

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

fn main() -> ExitCode {
    // SAFETY: the calls have no preconditions.
    let (is_first, page) = unsafe { (libc::getpid() == 1, libc::sysconf(libc::_SC_PAGESIZE)) };
    if is_first {
        prepare_machine();
    }
    println!("pages of {page} bytes; {}", locks::status());
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    if is_first || words.is_empty() {
        words = ["make", "take", "take", "filter"].map(str::to_owned).to_vec();
    }
    let failed = words.iter().filter(|word| !passes(word)).count();
    println!("{} of {} failed", failed, words.len());
    if is_first {
        // SAFETY: the machine has nothing else to do.
        unsafe { libc::reboot(libc::RB_POWER_OFF) };
    }
    ExitCode::from(u8::from(failed > 0))
}

fn passes(word: &str) -> bool {
    let passed = match word {
        "make" => state::make(),
        "take" => state::take(),
        "filter" => filter::refuses(),
        _ => Err("it is not known".to_owned()),
    };
    match &passed {
        Ok(told) => println!("{word} ... ok: {told}"),
        Err(error) => println!("{word} ... FAILED: {error}"),
    }
    passed.is_ok()
}

/// What an empty root directory lacks.
fn prepare_machine() {
    let nothing = std::ptr::null::<libc::c_void>();
    // SAFETY: names that live; what fails shows later.
    unsafe {
        for (name, kind) in [(c"/proc", c"proc"), (c"/tmp", c"tmpfs")] {
            libc::mkdir(CStr::as_ptr(name), 0o755);
            libc::mount(kind.as_ptr(), name.as_ptr(), kind.as_ptr(), 0, nothing);
        }
        std::env::set_var("XDG_CACHE_HOME", "/tmp");
    }
}

/// Runs `work` in a process of its own, which it must end by what it gives, and waits for that.
fn in_process(
    fork: impl FnOnce(Box<dyn FnOnce()>) -> std::io::Result<i32>,
    work: impl FnOnce() -> Result<String, String> + 'static,
) -> Result<String, String> {
    let process = fork(Box::new(move || {
        let result = work();
        if let Err(error) = &result {
            println!("{error}");
        }
        // After a restore, no exit handler runs: this is krait's `exit`, which knows.
        std::process::exit(i32::from(result.is_err()));
    }))
    .map_err(|error| error.to_string())?;
    let mut status = 0;
    // SAFETY: the child is this process's own.
    unsafe { libc::waitpid(process, &raw mut status, 0) };
    if status == 0 { Ok("as expected".to_owned()) } else { Err(format!("ended with {status:#x}")) }
}
