//! What a function sees of the world while it is loaded for a snapshot.
//!
//! It is loaded twice, and the second load sees another world: another time, another name of the machine,
//! another number of processors. Whatever the function keeps of them differs then, and so do the two
//! snapshots. Files cannot be made to differ. So those are noted that are read and are not the function's.
//!
//! The linker redirects every reference to these functions of libc to the ones here (`--wrap`, see
//! linker.rs). In any other process they only look at one variable each. The name of the machine is told
//! by the system call that ends there: the engine asks the kernel without libc (`sandbox/lasting.rs`).

use libc::{c_char, c_int, c_uint, clockid_t, size_t, ssize_t, time_t, timespec, timeval};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use std::{
    ffi::{CStr, OsStr},
    os::unix::ffi::OsStrExt as _,
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

/// The other world's time of day is so much later, in seconds.
const LATER_BY_DAY: i64 = 5 * 3600 + 7 * 60 + 11;
const DAY: i64 = 24 * 3600;

/// The other world is at least so many days ahead, and at most twice that.
const DAYS: i64 = 1000;

/// A word of its own, not 0 in the second load: a snapshot keeps whole words, and this one must not get into it.
static IS_SECOND: AtomicUsize = AtomicUsize::new(0);
static IS_OTHER: AtomicBool = AtomicBool::new(false);
/// How much later it is there, in seconds. Only the clock of the calendar goes ahead: the kernel waits by the
/// others.
static LATER: AtomicI64 = AtomicI64::new(0);

/// Prepares this process, which must have one thread, for the second load.
pub(super) fn prepare_second() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    LATER.store(later(now.as_secs().cast_signed()), Ordering::Relaxed);
    IS_SECOND.store(1, Ordering::Relaxed);
    lose_a_processor();
}

/// The machine of the second load, which has another name; none in the first.
pub(super) fn machine() -> Option<libc::utsname> {
    // SAFETY: a plain structure, all of which may be zero, by pointer.
    unsafe {
        let mut machine: libc::utsname = std::mem::zeroed();
        if !is_second() || libc::uname(&raw mut machine) != 0 {
            return None;
        }
        // The same name, with another first letter.
        let first = &mut machine.nodename[0];
        *first = if *first == b'x' as c_char { b'y' } else { b'x' } as c_char;
        Some(machine)
    }
}

/// Whether this process is for the second load.
pub(super) fn is_second() -> bool {
    IS_SECOND.load(Ordering::Relaxed) != 0
}

/// Called where the function's load begins, which the interpreter has prepared: in the second load, this process
/// sees the other world from here on.
pub(super) fn enter() {
    IS_OTHER.store(is_second(), Ordering::Relaxed);
}

/// This process sees the usual world again.
pub(super) fn leave() {
    IS_OTHER.store(false, Ordering::Relaxed);
}

/// How much later it is in the other world at a time: another year, month, day and day of the week. But the
/// number of the day in its year takes the same memory: the engine keeps objects for numbers up to 256.
fn later(now: time_t) -> i64 {
    const KEPT: i64 = 256;
    let today = Date::of(now);
    let differs = |later: &i64| {
        let day = Date::of(now + later);
        day.year != today.year
            && day.month != today.month
            && day.day != today.day
            && later / DAY % 7 != 0
            && (day.of_year > KEPT) == (today.of_year > KEPT)
    };
    let mut all = (DAYS..2 * DAYS).map(|days| days * DAY + LATER_BY_DAY);
    all.find(differs).unwrap_or(DAYS * DAY + LATER_BY_DAY)
}

/// libc is not asked for it: it would note that in its variables, which are to be as in a new process.
struct Date {
    year: i64,
    /// From 0 on, and so are the others.
    month: usize,
    day: i64,
    of_year: i64,
}

impl Date {
    /// The date at a time after 1970, in seconds.
    fn of(time: time_t) -> Self {
        let is_long = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let (mut year, mut of_year) = (1970, time / DAY);
        while of_year >= 365 + i64::from(is_long(year)) {
            of_year -= 365 + i64::from(is_long(year));
            year += 1;
        }
        let february = 28 + i64::from(is_long(year));
        let (mut month, mut day) = (0, of_year);
        for days in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
            if day < days {
                break;
            }
            day -= days;
            month += 1;
        }
        Self { year, month, day, of_year }
    }
}

fn is_other() -> bool {
    IS_OTHER.load(Ordering::Relaxed)
}

/// Where there is one processor only, both worlds have that.
fn lose_a_processor() {
    let Ok(mut set) = sched_getaffinity(None) else { return };
    let last = (0..CpuSet::MAX_CPU).rev().find(|number| set.is_set(*number));
    if let Some(last) = last.filter(|_| set.count() > 1) {
        set.unset(last);
        let _ = sched_setaffinity(None, &set);
    }
}

/// Whether the files are noted that are read.
static NOTES_FILES: AtomicBool = AtomicBool::new(false);
static FILES: Mutex<Files> = Mutex::new(Files { own: Vec::new(), others: Vec::new() });

/// It has no bytes without a value, which would get into the snapshot and differ.
struct Files {
    /// The folders that are the same on each machine.
    own: Vec<PathBuf>,
    /// The first file that was read elsewhere.
    others: Vec<PathBuf>,
}

/// Files that are the same everywhere, or whose content is random, which is found.
const SAME: [&str; 5] =
    ["/usr/share/zoneinfo", "/dev/null", "/dev/zero", "/dev/urandom", "/dev/random"];

/// From here on, files are noted that are read outside `own` folders.
pub(super) fn note_files_outside(own: Vec<PathBuf>) {
    *files() = Files { own, others: Vec::new() };
    NOTES_FILES.store(true, Ordering::Relaxed);
}

/// Ends the noting. Gives the first file that was read outside.
pub(super) fn file_outside() -> Option<PathBuf> {
    NOTES_FILES.store(false, Ordering::Relaxed);
    let none = Files { own: Vec::new(), others: Vec::new() };
    std::mem::replace(&mut *files(), none).others.pop()
}

fn files() -> std::sync::MutexGuard<'static, Files> {
    FILES.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cold]
fn note(path: &CStr) {
    let path = Path::new(OsStr::from_bytes(path.to_bytes()));
    let Ok(path) = std::path::absolute(path) else { return };
    let mut files = files();
    let is_same = SAME.iter().any(|same| path.starts_with(same));
    if !is_same && files.others.is_empty() && !files.own.iter().any(|own| path.starts_with(own)) {
        files.others.push(path);
    }
}

unsafe extern "C" {
    fn __real_clock_gettime(clock: clockid_t, time: *mut timespec) -> c_int;
    fn __real_gettimeofday(time: *mut timeval, zone: *mut libc::timezone) -> c_int;
    fn __real_time(time: *mut time_t) -> time_t;
    fn __real_open(path: *const c_char, flags: c_int, ...) -> c_int;
    fn __real_openat(folder: c_int, path: *const c_char, flags: c_int, ...) -> c_int;
    fn __real_opendir(path: *const c_char) -> *mut libc::DIR;
    fn __real_readlink(path: *const c_char, target: *mut c_char, length: size_t) -> ssize_t;
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_clock_gettime(clock: clockid_t, time: *mut timespec) -> c_int {
    // SAFETY: the caller's promise, that there is room for a time.
    unsafe {
        let result = __real_clock_gettime(clock, time);
        let is_of_calendar = [libc::CLOCK_REALTIME, libc::CLOCK_REALTIME_COARSE, libc::CLOCK_TAI];
        if is_other() && result == 0 && is_of_calendar.contains(&clock) {
            (*time).tv_sec += LATER.load(Ordering::Relaxed);
        }
        result
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_gettimeofday(time: *mut timeval, zone: *mut libc::timezone) -> c_int {
    // SAFETY: the caller's promises are passed on; where the call succeeds, the time is there or null.
    unsafe {
        let result = __real_gettimeofday(time, zone);
        if is_other() && result == 0 && !time.is_null() {
            (*time).tv_sec += LATER.load(Ordering::Relaxed);
        }
        result
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_time(time: *mut time_t) -> time_t {
    // SAFETY: null is allowed, and the caller's place is good.
    unsafe {
        let later = if is_other() { LATER.load(Ordering::Relaxed) } else { 0 };
        let now = __real_time(std::ptr::null_mut()) + later;
        if !time.is_null() {
            *time = now;
        }
        now
    }
}

/// Functions that open or read something by its path. Each calls libc's own, and the path is noted if that
/// has read something (`$read`).
macro_rules! noting {
    ($($(#[$documentation:meta])* $wrap:ident($($name:ident: $kind:ty),*) -> $result:ty = $real:ident, $path:ident, $read:expr;)*) => {$(
        $(#[$documentation])*
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $wrap($($name: $kind),*) -> $result {
            // SAFETY: the caller's promises are passed on. A path that was read is one.
            unsafe {
                let result = $real($($name),*);
                let read: fn($result, $($kind),*) -> bool = $read;
                if NOTES_FILES.load(Ordering::Relaxed) && read(result, $($name),*) {
                    note(CStr::from_ptr($path));
                }
                result
            }
        }
    )*};
}

noting! {
    /// Of the third argument there is none where the flags do not ask for it. The processor's register is read
    /// all the same, and passed on.
    __wrap_open(path: *const c_char, flags: c_int, mode: c_uint) -> c_int
        = __real_open, path, |file, _, _, _| file >= 0;
    __wrap_open64(path: *const c_char, flags: c_int, mode: c_uint) -> c_int
        = __real_open, path, |file, _, _, _| file >= 0;
    /// A path in an open folder is judged by the folder's.
    __wrap_openat(folder: c_int, path: *const c_char, flags: c_int, mode: c_uint) -> c_int
        = __real_openat, path, |file, folder, path, _, _| file >= 0 && is_whole(folder, path);
    __wrap_openat64(folder: c_int, path: *const c_char, flags: c_int, mode: c_uint) -> c_int
        = __real_openat, path, |file, folder, path, _, _| file >= 0 && is_whole(folder, path);
    /// The list of a folder is read as a file is.
    __wrap_opendir(path: *const c_char) -> *mut libc::DIR
        = __real_opendir, path, |folder, _| !folder.is_null();
    /// Where a link leads is read, too.
    __wrap_readlink(path: *const c_char, target: *mut c_char, length: size_t) -> ssize_t
        = __real_readlink, path, |read, _, _, _| read >= 0;
}

/// Whether a path that was opened does not depend on the open `folder`.
fn is_whole(folder: c_int, path: *const c_char) -> bool {
    // SAFETY: a path that was opened is a C string.
    folder == libc::AT_FDCWD || unsafe { *path } == b'/' as c_char
}
