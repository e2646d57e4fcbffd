//! The thread that runs an interpreter: one whose stack, control block and thread-local
//! variables lie at the same addresses in every process.
//!
//! libc puts a thread's control block and thread-local variables at the top of its stack, and a
//! program can choose the place of that stack. So krait creates a thread with its stack at a fixed
//! address, and that thread forks. In the child it is the only thread, and the main one: `gettid()
//! == getpid()`. In the parent it ends.

use super::processor::STACK_START;
use crate::heap::__real_pthread_create;
use libc::{c_int, c_void};
use std::{io, mem::MaybeUninit, ops::Range, ptr::null_mut};

/// The stack of the thread that runs the interpreter, its thread-local variables at the top, at the
/// same addresses in every process. Four times as large as the stack that Linux gives a main thread:
/// iterators over iterators (`c = map(int, c)`, 50 000 times) take more of it than CPython's do.
pub(super) const STACK: Range<usize> = STACK_START..STACK_START + (32 << 20);

/// Forks this process, which must have one thread. The child runs `child` on the stack at the fixed
/// address; `child` must end the process. Returns the child's number.
///
/// # Errors
/// When the machine has no more threads or processes, or the place is taken.
pub fn fork_with_fixed_stack<F: FnOnce()>(child: F) -> io::Result<i32> {
    struct Start<F> {
        child: Option<F>,
        result: io::Result<i32>,
    }
    extern "C" fn run<F: FnOnce()>(start: *mut c_void) -> *mut c_void {
        // SAFETY: the maker of the thread waits for it, so what it points to lives.
        let start = unsafe { &mut *start.cast::<Start<F>>() };
        // SAFETY: the other thread only waits, and holds nothing.
        match unsafe { libc::fork() } {
            -1 => start.result = Err(io::Error::last_os_error()),
            0 => {
                if let Some(child) = start.child.take() {
                    child();
                }
            }
            process => start.result = Ok(process),
        }
        null_mut()
    }
    let mut start = Start { child: Some(child), result: Ok(0) };
    // SAFETY: the thread is waited for before `start` goes; then nobody is on its stack.
    unsafe {
        let thread = start_thread(run::<F>, (&raw mut start).cast())?;
        check(libc::pthread_join(thread, null_mut()))?;
        libc::munmap(std::ptr::with_exposed_provenance_mut(STACK.start), STACK.len());
    }
    start.result
}

/// Runs `work`, which must end the process, on a stack at the fixed place, in this process, which
/// must have one thread. That thread does nothing any more, and takes no signal: whatever the
/// process is told goes to the other. Where the place is taken, `work` is told and runs here.
pub fn live_on_fixed_stack<F: FnOnce(io::Result<()>)>(work: F) -> ! {
    struct Life<F> {
        work: Option<F>,
        signals: libc::sigset_t,
    }
    extern "C" fn run<F: FnOnce(io::Result<()>)>(life: *mut c_void) -> *mut c_void {
        // SAFETY: the maker of the thread never goes on, so what it points to lives.
        let life = unsafe { &mut *life.cast::<Life<F>>() };
        // SAFETY: a set that the maker was given.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const life.signals, null_mut()) };
        if let Some(work) = life.work.take() {
            work(Ok(()));
        }
        leave()
    }
    // SAFETY: plain sets of signals, by pointer; what `life` holds lives as long as the process.
    unsafe {
        let mut all: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&raw mut all);
        let mut life = Life { work: Some(work), signals: std::mem::zeroed() };
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, &raw mut life.signals);
        match start_thread(run::<F>, (&raw mut life).cast()) {
            Ok(_) => loop {
                libc::pause();
            },
            Err(error) => {
                libc::pthread_sigmask(libc::SIG_SETMASK, &raw const life.signals, null_mut());
                if let Some(work) = life.work.take() {
                    work(Err(error));
                }
                leave()
            }
        }
    }
}

/// Ends the process where work that should have done so came back.
fn leave() -> ! {
    // SAFETY: the call does not return.
    unsafe { libc::_exit(1) }
}

/// Starts a thread on a stack at the fixed place.
///
/// # Safety
/// `argument` is what `run` takes, and lives as long as the thread uses it.
unsafe fn start_thread(
    run: extern "C" fn(*mut c_void) -> *mut c_void,
    argument: *mut c_void,
) -> io::Result<libc::pthread_t> {
    map_stack()?;
    // SAFETY: the stack was just mapped; the caller vouches for the rest.
    unsafe {
        let mut attributes = MaybeUninit::<libc::pthread_attr_t>::uninit();
        check(libc::pthread_attr_init(attributes.as_mut_ptr()))?;
        let stack: *mut c_void = std::ptr::with_exposed_provenance_mut(STACK.start);
        check(libc::pthread_attr_setstack(attributes.as_mut_ptr(), stack, STACK.len()))?;
        let mut thread = MaybeUninit::<libc::pthread_t>::uninit();
        // The heap does not count this thread, which ends before that matters.
        check(__real_pthread_create(thread.as_mut_ptr(), attributes.as_ptr(), run, argument))?;
        Ok(thread.assume_init())
    }
}

/// Maps the stack at its place.
fn map_stack() -> io::Result<()> {
    // SAFETY: a place that is taken is refused, or given back where the kernel does not
    // know the flag.
    unsafe {
        let flags = libc::MAP_PRIVATE
            | libc::MAP_ANONYMOUS
            | libc::MAP_NORESERVE
            | libc::MAP_STACK
            | libc::MAP_FIXED_NOREPLACE;
        let stack = libc::mmap(
            std::ptr::with_exposed_provenance_mut(STACK.start),
            STACK.len(),
            libc::PROT_READ | libc::PROT_WRITE,
            flags,
            -1,
            0,
        );
        if stack == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        if stack.addr() != STACK.start {
            libc::munmap(stack, STACK.len());
            return Err(io::Error::from_raw_os_error(libc::EEXIST));
        }
    }
    Ok(())
}

fn check(status: c_int) -> io::Result<()> {
    if status == 0 { Ok(()) } else { Err(io::Error::from_raw_os_error(status)) }
}
