//! Facts about the running program: its build, its segments, its file.

use std::{
    ffi::CStr,
    fs::File,
    io,
    ops::Range,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

/// Bytes of a build's id.
pub(super) const BUILD_ID_BYTES: usize = 20;

/// The id that the linker gave this build: a hash of all that it linked.
pub(super) fn build_id() -> Option<[u8; BUILD_ID_BYTES]> {
    /// The type of the note that holds the id, and the name of who defined it.
    const GNU_BUILD_ID: (u32, &[u8]) = (3, b"GNU\0");
    for segment in segments().iter().filter(|segment| segment.p_type == libc::PT_NOTE) {
        let mut notes = bytes_of(segment);
        while let Some((head, rest)) = notes.split_first_chunk::<12>() {
            let word = |at: usize| {
                u32::from_ne_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]])
            };
            let (name, content) = (word(0) as usize, word(4) as usize);
            let content_start = name.next_multiple_of(4);
            let content_end = content_start + content;
            if (word(8), rest.get(..name)?) == GNU_BUILD_ID && content == BUILD_ID_BYTES {
                return rest.get(content_start..content_end)?.try_into().ok();
            }
            notes = rest.get(content_end.next_multiple_of(4)..)?;
        }
    }
    None
}

/// The program's variables: the writable segments, without the part that becomes read-only after
/// the start. Some linkers make that a segment of its own, others the start of one.
pub(super) fn variables() -> impl Iterator<Item = Range<usize>> {
    let closed = segments().iter().find(|segment| segment.p_type == libc::PT_GNU_RELRO).map(range);
    segments()
        .iter()
        .filter(|segment| segment.p_type == libc::PT_LOAD && segment.p_flags & libc::PF_W != 0)
        .map(range)
        .map(move |range| match &closed {
            Some(closed) if closed.start == range.start => closed.end.min(range.end)..range.end,
            _ => range,
        })
        .filter(|range| !range.is_empty())
}

/// Where the program lies, its code and constants included.
pub(super) fn extent() -> Range<usize> {
    let loaded = segments().iter().filter(|segment| segment.p_type == libc::PT_LOAD).map(range);
    loaded.reduce(|all, each| all.start.min(each.start)..all.end.max(each.end)).unwrap_or(0..0)
}

/// The size and the alignment of a thread's variables.
pub(super) fn thread_variables() -> (usize, usize) {
    let segment = segments().iter().find(|segment| segment.p_type == libc::PT_TLS);
    segment.map_or((0, 1), |segment| (segment.p_memsz as usize, segment.p_align as usize))
}

/// The file that this process runs. `/proc` names it. Without `/proc`, it is the path that the
/// process was started with, while the working folder has not changed.
pub(super) fn open_own_file() -> io::Result<File> {
    File::open("/proc/self/exe").or_else(|_| File::open(own_path()?))
}

fn own_path() -> io::Result<PathBuf> {
    // SAFETY: the kernel gives the address of a C string, or 0.
    unsafe {
        let path = libc::getauxval(libc::AT_EXECFN) as usize;
        if path == 0 {
            return Err(io::ErrorKind::NotFound.into());
        }
        let path = CStr::from_ptr(std::ptr::with_exposed_provenance(path));
        Ok(Path::new(std::ffi::OsStr::from_bytes(path.to_bytes())).to_path_buf())
    }
}

fn segments() -> &'static [libc::Elf64_Phdr] {
    // SAFETY: the kernel tells where the program's own headers are mapped, and how many.
    unsafe {
        let start = libc::getauxval(libc::AT_PHDR) as usize;
        let count = libc::getauxval(libc::AT_PHNUM) as usize;
        if start == 0 {
            return &[];
        }
        std::slice::from_raw_parts(std::ptr::with_exposed_provenance(start), count)
    }
}

/// A segment's place; the program is not position independent, so it says it itself.
fn range(segment: &libc::Elf64_Phdr) -> Range<usize> {
    segment.p_vaddr as usize..(segment.p_vaddr + segment.p_memsz) as usize
}

fn bytes_of(segment: &libc::Elf64_Phdr) -> &'static [u8] {
    let start = std::ptr::with_exposed_provenance(segment.p_vaddr as usize);
    // SAFETY: a segment of the program is mapped for as long as it runs.
    unsafe { std::slice::from_raw_parts(start, segment.p_memsz as usize) }
}
