//! The files of a packed function: a folder in the module's memory, for reading only.
//!
//! The linker redirects these calls of libc to this file (`build.rs`). A call with a descriptor of this
//! folder ends here. Any other goes on to the host.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    ffi::{CStr, c_char, c_void},
};

/// Where the function finds the folder.
pub const FOLDER: &CStr = c"/function";

/// The folder's descriptor. What is opened in it has a larger number. Hosts count from 3 on.
const ROOT: i32 = 1 << 20;

/// WASI's numbers of errors.
mod errno {
    pub(super) const BADF: i32 = 8;
    pub(super) const EXIST: i32 = 20;
    pub(super) const INVAL: i32 = 28;
    pub(super) const ISDIR: i32 = 31;
    pub(super) const NOENT: i32 = 44;
    pub(super) const NOTDIR: i32 = 54;
    pub(super) const ROFS: i32 = 69;
    pub(super) const NOTCAPABLE: i32 = 76;
}

/// How a file is to be opened, as WASI has it.
const CREATE: i32 = 1;
const ONLY_FOLDER: i32 = 2;
const EXCLUSIVE: i32 = 4;
const TRUNCATE: i32 = 8;
const RIGHT_TO_WRITE: u64 = 1 << 6;

type Result<T> = std::result::Result<T, i32>;

thread_local! {
    static FILES: RefCell<Files> = const { RefCell::new(Files::new()) };
}

struct Files {
    /// By their paths from the folder on, which is `""`.
    nodes: BTreeMap<String, Node>,
    open: BTreeMap<i32, Open>,
    is_mounted: bool,
}

struct Node {
    number: u64,
    /// None for a folder.
    content: Option<Vec<u8>>,
}

struct Open {
    path: String,
    at: usize,
}

/// Puts a file into the folder.
///
/// # Errors
/// When its path is none within the folder, or something else is there.
pub fn add(path: &str, content: &[u8]) -> std::result::Result<(), String> {
    let is_plain = |part: &str| !matches!(part, "" | "." | "..") && !part.contains('\0');
    if !path.split('/').all(is_plain) {
        return Err(format!("{path:?} is no path of a file within a folder"));
    }
    FILES.with_borrow_mut(|files| {
        files.folder("");
        for (end, _) in path.match_indices('/') {
            files.folder(&path[..end]);
        }
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        let is_folder = files.nodes.get(parent).is_some_and(|node| node.content.is_none());
        if !is_folder || files.nodes.contains_key(path) {
            return Err(format!("{path}: there is another file at that path"));
        }
        files.put(path, Some(content.to_vec()));
        Ok(())
    })?;
    mount();
    Ok(())
}

/// Makes the folder known to libc, if there are files in it.
pub(super) fn mount() {
    unsafe extern "C" {
        fn __wasilibc_populate_preopens();
        fn __wasilibc_register_preopened_fd(descriptor: i32, folder: *const c_char) -> i32;
    }
    let is_due = FILES.with_borrow_mut(|files| {
        !files.nodes.is_empty() && !std::mem::replace(&mut files.is_mounted, true)
    });
    if is_due {
        // SAFETY: a C string, which libc copies. The last folder of a name is the one that libc uses: so
        // those of the host come first.
        unsafe {
            __wasilibc_populate_preopens();
            __wasilibc_register_preopened_fd(ROOT, FOLDER.as_ptr());
        }
    }
}

/// libc has forgotten all folders.
pub(super) fn unmounted() {
    FILES.with_borrow_mut(|files| files.is_mounted = false);
}

/// Whether something in the folder is still open.
pub(super) fn is_open() -> bool {
    FILES.with_borrow(|files| !files.open.is_empty())
}

impl Files {
    const fn new() -> Self {
        Self { nodes: BTreeMap::new(), open: BTreeMap::new(), is_mounted: false }
    }

    fn put(&mut self, path: &str, content: Option<Vec<u8>>) {
        let number = self.nodes.len() as u64 + 1;
        self.nodes.insert(path.to_owned(), Node { number, content });
    }

    fn folder(&mut self, path: &str) {
        if !self.nodes.contains_key(path) {
            self.put(path, None);
        }
    }

    /// The path that a descriptor was opened by.
    fn path_of(&self, descriptor: i32) -> Result<&str> {
        if descriptor == ROOT {
            return Ok("");
        }
        self.open.get(&descriptor).map(|open| open.path.as_str()).ok_or(errno::BADF)
    }

    fn node_of(&self, descriptor: i32) -> Result<&Node> {
        self.nodes.get(self.path_of(descriptor)?).ok_or(errno::BADF)
    }

    /// What is at `path` from an open folder on.
    fn find(&self, folder: i32, path: &str) -> Result<(String, &Node)> {
        let mut parts: Vec<&str> = self.path_of(folder)?.split('/').collect();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." if parts.pop().is_none_or(str::is_empty) => return Err(errno::NOTCAPABLE),
                ".." => {}
                name => parts.push(name),
            }
        }
        let found = parts.join("/");
        let found = found.trim_start_matches('/').to_owned();
        if let Some(node) = self.nodes.get(&found) {
            return Ok((found, node));
        }
        let mut above =
            found.rmatch_indices('/').filter_map(|(end, _)| self.nodes.get(&found[..end]));
        let is_below_file = above.next().is_some_and(|node| node.content.is_some());
        Err(if is_below_file { errno::NOTDIR } else { errno::NOENT })
    }

    /// What is in a folder.
    fn children<'a>(&'a self, folder: &str) -> impl Iterator<Item = (&'a str, &'a Node)> {
        let start = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let size = start.len();
        self.nodes
            .range(start.clone()..)
            .take_while(move |(path, _)| path.starts_with(&start))
            .map(move |(path, node)| (&path[size..], node))
            .filter(|(name, _)| !name.is_empty() && !name.contains('/'))
    }

    fn open(&mut self, folder: i32, path: &str, how: i32, rights: u64) -> Result<i32> {
        let found = self.find(folder, path);
        if let (Err(errno::NOENT), true) = (&found, how & CREATE != 0) {
            return Err(errno::ROFS);
        }
        let (path, node) = found?;
        if how & CREATE != 0 && how & EXCLUSIVE != 0 {
            return Err(errno::EXIST);
        }
        let is_folder = node.content.is_none();
        if how & ONLY_FOLDER != 0 && !is_folder {
            return Err(errno::NOTDIR);
        }
        if rights & RIGHT_TO_WRITE != 0 || how & TRUNCATE != 0 {
            return Err(if is_folder { errno::ISDIR } else { errno::ROFS });
        }
        let free =
            (ROOT + 1..).find(|number| !self.open.contains_key(number)).ok_or(errno::BADF)?;
        self.open.insert(free, Open { path, at: 0 });
        Ok(free)
    }

    /// Copies what comes next of an open file. Gives the number of bytes.
    fn read(&mut self, descriptor: i32, into: &mut [u8]) -> Result<usize> {
        let open = self.open.get_mut(&descriptor).ok_or(errno::ISDIR)?;
        let content = self.nodes.get(&open.path).and_then(|node| node.content.as_deref());
        let rest = content.ok_or(errno::ISDIR)?.get(open.at..).unwrap_or_default();
        let size = rest.len().min(into.len());
        into[..size].copy_from_slice(&rest[..size]);
        open.at += size;
        Ok(size)
    }

    fn seek(&mut self, descriptor: i32, by: i64, from: u8) -> Result<u64> {
        let size = self.node_of(descriptor)?.content.as_ref().map_or(0, Vec::len);
        let open = self.open.get_mut(&descriptor).ok_or(errno::ISDIR)?;
        let start = match from {
            0 => 0,
            1 => open.at,
            2 => size,
            _ => return Err(errno::INVAL),
        };
        let at = (start as i64).checked_add(by).and_then(|at| usize::try_from(at).ok());
        open.at = at.ok_or(errno::INVAL)?;
        Ok(open.at as u64)
    }

    /// Writes entries of a folder, from number `from` on, until `into` is full.
    fn list(&self, descriptor: i32, into: &mut [u8], from: u64) -> Result<usize> {
        let folder = self.path_of(descriptor)?;
        if self.node_of(descriptor)?.content.is_some() {
            return Err(errno::NOTDIR);
        }
        let mut written = 0;
        let first = usize::try_from(from).unwrap_or(usize::MAX);
        for (at, (name, node)) in self.children(folder).enumerate().skip(first) {
            let mut entry = Vec::new();
            entry.extend((at as u64 + 1).to_le_bytes());
            entry.extend(node.number.to_le_bytes());
            entry.extend((name.len() as u32).to_le_bytes());
            entry.extend(u32::from(node.kind()).to_le_bytes());
            entry.extend(name.as_bytes());
            let size = entry.len().min(into.len() - written);
            into[written..written + size].copy_from_slice(&entry[..size]);
            written += size;
        }
        Ok(written)
    }
}

impl Node {
    /// WASI's number of the kind of a file.
    fn kind(&self) -> u8 {
        if self.content.is_some() { 4 } else { 3 }
    }

    fn about(&self) -> About {
        let size = self.content.as_ref().map_or(0, Vec::len) as u64;
        About { device: 1, number: self.number, kind: self.kind(), links: 1, size, times: [0; 3] }
    }
}

/// WASI's `filestat`. All times are 1970.
#[repr(C)]
struct About {
    device: u64,
    number: u64,
    kind: u8,
    links: u64,
    size: u64,
    times: [u64; 3],
}

/// WASI's `fdstat`.
#[repr(C)]
struct State {
    kind: u8,
    flags: u16,
    rights: u64,
    inherited_rights: u64,
}

/// Whether a descriptor is the folder, or opened in it.
fn is_own(descriptor: i32) -> bool {
    descriptor >= ROOT
}

/// Writes a result to where the caller wants it, and gives the number of the error.
///
/// # Safety
/// `place` may be written to.
unsafe fn give<T>(result: Result<T>, place: *mut T) -> i32 {
    match result {
        Ok(value) => {
            // SAFETY: as the caller promises.
            unsafe { place.write(value) };
            0
        }
        Err(number) => number,
    }
}

/// # Safety
/// `path` is a C string, for as long as the result is used.
unsafe fn text<'a>(path: *const c_char) -> Result<&'a str> {
    // SAFETY: as the caller promises.
    unsafe { CStr::from_ptr(path) }.to_str().map_err(|_| errno::INVAL)
}

/// WASI's `iovec`.
#[repr(C)]
struct Piece {
    start: *mut u8,
    length: usize,
}

/// The part of `fd_read` that is for this folder; none for other descriptors.
///
/// # Safety
/// The arguments are those of the call.
pub(super) unsafe fn read(
    descriptor: i32,
    pieces: *const c_void,
    count: usize,
    read: *mut usize,
) -> Option<i32> {
    is_own(descriptor).then(|| {
        // SAFETY: the caller's pieces are as many as it says.
        let pieces = unsafe { std::slice::from_raw_parts(pieces.cast::<Piece>(), count) };
        let mut total = Ok(0);
        for piece in pieces.iter().filter(|piece| piece.length > 0) {
            // SAFETY: each is that long, and the file's content is elsewhere.
            let into = unsafe { std::slice::from_raw_parts_mut(piece.start, piece.length) };
            let more = FILES.with_borrow_mut(|files| files.read(descriptor, into));
            total = total.and_then(|total| Ok(total + more?));
        }
        // SAFETY: the caller's place for the answer.
        unsafe { give(total, read) }
    })
}

/// The part of `fd_close` that is for this folder; none for other descriptors.
pub(super) fn close(descriptor: i32) -> Option<i32> {
    is_own(descriptor).then(|| {
        let was_open = FILES.with_borrow_mut(|files| files.open.remove(&descriptor)).is_some();
        if was_open { 0 } else { errno::BADF }
    })
}

/// Defines functions that libc calls in place of WASI's: for a descriptor of this folder they give what
/// `own` says, otherwise the host's answer.
macro_rules! hooks {
    ($($wrapped:ident, $real:ident($first:ident: i32 $(, $name:ident: $kind:ty)*) $own:block)*) => {
        unsafe extern "C" {
            $(fn $real($first: i32 $(, $name: $kind)*) -> i32;)*
        }
        $(
            #[unsafe(no_mangle)]
            unsafe extern "C" fn $wrapped($first: i32 $(, $name: $kind)*) -> i32 {
                if is_own($first) {
                    return $own;
                }
                // SAFETY: passed on as it came.
                unsafe { $real($first $(, $name)*) }
            }
        )*
    };
}

hooks! {
    __wrap___wasi_path_open, __real___wasi_path_open(
        folder: i32, _follow: i32, path: *const c_char, how: i32, rights: u64, _inherited: u64, _flags: i32,
        opened: *mut i32
    ) {
        // SAFETY: the caller's path, and its place for the answer.
        unsafe {
            let open = |path| FILES.with_borrow_mut(|files| files.open(folder, path, how, rights));
            give(text(path).and_then(open), opened)
        }
    }
    __wrap___wasi_path_filestat_get, __real___wasi_path_filestat_get(
        folder: i32, _follow: i32, path: *const c_char, about: *mut About
    ) {
        // SAFETY: the caller's path, and its place for the answer.
        unsafe {
            let look = |path| FILES.with_borrow(|files| Ok(files.find(folder, path)?.1.about()));
            give(text(path).and_then(look), about)
        }
    }
    __wrap___wasi_path_readlink, __real___wasi_path_readlink(
        folder: i32, path: *const c_char, _into: *mut u8, _size: usize, used: *mut usize
    ) {
        // No file is a link. SAFETY: the caller's path, and its place for the answer.
        unsafe {
            let look = |path| FILES.with_borrow(|files| files.find(folder, path).map(drop));
            give(text(path).and_then(look).and(Err(errno::INVAL)), used)
        }
    }
    __wrap___wasi_path_create_directory, __real___wasi_path_create_directory(
        _folder: i32, _path: *const c_char
    ) { errno::ROFS }
    __wrap___wasi_path_remove_directory, __real___wasi_path_remove_directory(
        _folder: i32, _path: *const c_char
    ) { errno::ROFS }
    __wrap___wasi_path_unlink_file, __real___wasi_path_unlink_file(
        _folder: i32, _path: *const c_char
    ) { errno::ROFS }
    __wrap___wasi_path_rename, __real___wasi_path_rename(
        _folder: i32, _path: *const c_char, _new_folder: i32, _new_path: *const c_char
    ) { errno::ROFS }
    __wrap___wasi_fd_filestat_get, __real___wasi_fd_filestat_get(descriptor: i32, about: *mut About) {
        // SAFETY: the caller's place for the answer.
        unsafe {
            give(FILES.with_borrow(|files| Ok(files.node_of(descriptor)?.about())), about)
        }
    }
    __wrap___wasi_fd_fdstat_get, __real___wasi_fd_fdstat_get(descriptor: i32, state: *mut State) {
        let state_of = |node: &Node| {
            // libc gives what it opens in a folder no more rights than the folder has.
            let rights = if node.content.is_some() { !RIGHT_TO_WRITE } else { u64::MAX };
            State { kind: node.kind(), flags: 0, rights, inherited_rights: rights }
        };
        // SAFETY: the caller's place for the answer.
        unsafe { give(FILES.with_borrow(|files| files.node_of(descriptor).map(state_of)), state) }
    }
    __wrap___wasi_fd_seek, __real___wasi_fd_seek(
        descriptor: i32, by: i64, from: i32, at: *mut u64
    ) {
        let from = u8::try_from(from).unwrap_or(u8::MAX);
        // SAFETY: the caller's place for the answer.
        unsafe { give(FILES.with_borrow_mut(|files| files.seek(descriptor, by, from)), at) }
    }
    __wrap___wasi_fd_readdir, __real___wasi_fd_readdir(
        descriptor: i32, into: *mut u8, size: usize, from: u64, used: *mut usize
    ) {
        // SAFETY: the caller's memory, as long as it says, and its place for the answer.
        unsafe {
            let into = std::slice::from_raw_parts_mut(into, size);
            give(FILES.with_borrow(|files| files.list(descriptor, into, from)), used)
        }
    }
}
