//! The thread that runs an interpreter: one whose stack, control block and thread-local
//! variables lie at the same addresses in every process.
//!
//! libc puts a thread's control block and thread-local variables at the top of its stack, and a
//! program can choose the place of that stack. So krait creates a thread with its stack at a fixed
//! address, and that thread forks. In the child it is the only thread, and the main one: `gettid()
//! == getpid()`. In the parent it ends.

use super::addresses::STACK;
use libc::{c_int, c_void};
use std::{io, mem::MaybeUninit, ptr::null_mut};

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
    map_stack()?;
    let mut start = Start { child: Some(child), result: Ok(0) };
    // SAFETY: the stack was just mapped; the thread is waited for before `start` goes.
    unsafe {
        let mut attributes = MaybeUninit::<libc::pthread_attr_t>::uninit();
        check(libc::pthread_attr_init(attributes.as_mut_ptr()))?;
        let stack: *mut c_void = std::ptr::with_exposed_provenance_mut(STACK.start);
        check(libc::pthread_attr_setstack(attributes.as_mut_ptr(), stack, STACK.len()))?;
        let mut thread = MaybeUninit::<libc::pthread_t>::uninit();
        check(__real_pthread_create(
            thread.as_mut_ptr(),
            attributes.as_ptr(),
            run::<F>,
            (&raw mut start).cast(),
        ))?;
        check(libc::pthread_join(thread.assume_init(), null_mut()))?;
        libc::munmap(stack, STACK.len());
    }
    start.result
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

unsafe extern "C" {
    /// libc's own function, which the heap's count of threads does not see. The thread that is
    /// created here ends before that matters.
    pub(super) fn __real_pthread_create(
        thread: *mut libc::pthread_t,
        attributes: *const libc::pthread_attr_t,
        start: extern "C" fn(*mut c_void) -> *mut c_void,
        argument: *mut c_void,
    ) -> c_int;
}
