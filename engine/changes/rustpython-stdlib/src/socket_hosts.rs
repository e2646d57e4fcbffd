//! Names, aliases and addresses of hosts, as libc's `gethostbyname` and `gethostbyaddr` have them.

use core::{
    ffi::{CStr, c_char, c_int, c_void},
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    ptr,
};
use std::{ffi::CString, net::SocketAddr};

/// What is known of a host.
pub(crate) struct Host {
    pub(crate) name: String,
    pub(crate) aliases: Vec<String>,
    pub(crate) addresses: Vec<String>,
}

/// libc's `hostent`.
#[repr(C)]
struct Entry {
    name: *const c_char,
    aliases: *const *const c_char,
    family: c_int,
    length: c_int,
    addresses: *const *const u8,
}

unsafe extern "C" {
    fn gethostbyname_r(
        name: *const c_char,
        entry: *mut Entry,
        buffer: *mut c_char,
        size: usize,
        result: *mut *mut Entry,
        error: *mut c_int,
    ) -> c_int;
    fn gethostbyaddr_r(
        address: *const c_void,
        length: libc::socklen_t,
        family: c_int,
        entry: *mut Entry,
        buffer: *mut c_char,
        size: usize,
        result: *mut *mut Entry,
        error: *mut c_int,
    ) -> c_int;
}

/// libc's NO_RECOVERY: what is told where libc tells nothing.
const NO_RECOVERY: c_int = 3;

/// The host of a name.
///
/// # Errors
/// libc's number for `herror`.
pub(crate) fn by_name(name: &str) -> Result<Host, c_int> {
    let name = CString::new(name).map_err(|_| NO_RECOVERY)?;
    look_up(|entry, buffer, size, result, error| {
        // SAFETY: the name is a C string, the buffer has the size, the others are variables.
        unsafe { gethostbyname_r(name.as_ptr(), entry, buffer, size, result, error) }
    })
}

/// The host of an address.
///
/// # Errors
/// libc's number for `herror`.
pub(crate) fn by_address(address: &SocketAddr) -> Result<Host, c_int> {
    let (bytes, family) = match address.ip() {
        IpAddr::V4(address) => (address.octets().to_vec(), libc::AF_INET),
        IpAddr::V6(address) => (address.octets().to_vec(), libc::AF_INET6),
    };
    look_up(|entry, buffer, size, result, error| {
        // SAFETY: the address has its family's length, the buffer the size.
        unsafe {
            let length = bytes.len() as libc::socklen_t;
            let bytes = bytes.as_ptr().cast();
            gethostbyaddr_r(bytes, length, family, entry, buffer, size, result, error)
        }
    })
}

fn look_up(
    call: impl Fn(*mut Entry, *mut c_char, usize, *mut *mut Entry, *mut c_int) -> c_int,
) -> Result<Host, c_int> {
    /// What no host's aliases and addresses fill.
    const MOST: usize = 1 << 20;
    let mut buffer: Vec<u64> = vec![0; 2048];
    loop {
        let mut entry = Entry {
            name: ptr::null(),
            aliases: ptr::null(),
            family: 0,
            length: 0,
            addresses: ptr::null(),
        };
        let mut result = ptr::null_mut();
        let mut error = NO_RECOVERY;
        let size = buffer.len() * size_of::<u64>();
        let status =
            call(&raw mut entry, buffer.as_mut_ptr().cast(), size, &raw mut result, &raw mut error);
        if status == libc::ERANGE && size < MOST {
            buffer.resize(buffer.len() * 4, 0);
            continue;
        }
        if status != 0 || result.is_null() {
            return Err(error);
        }
        // SAFETY: libc filled the entry, whose pointers are into the buffer.
        return Ok(unsafe { read(&entry) });
    }
}

/// # Safety
/// The entry is one that libc filled.
unsafe fn read(entry: &Entry) -> Host {
    // SAFETY: lists end with a null; names are C strings.
    unsafe {
        let text = |text: *const c_char| CStr::from_ptr(text).to_string_lossy().into_owned();
        let mut aliases = Vec::new();
        let mut next = entry.aliases;
        while !next.is_null() && !(*next).is_null() {
            aliases.push(text(*next));
            next = next.add(1);
        }
        let mut addresses = Vec::new();
        let mut next = entry.addresses;
        while !next.is_null() && !(*next).is_null() {
            let bytes = core::slice::from_raw_parts(*next, entry.length.max(0) as usize);
            if let Ok(bytes) = <[u8; 4]>::try_from(bytes) {
                addresses.push(Ipv4Addr::from(bytes).to_string());
            } else if let Ok(bytes) = <[u8; 16]>::try_from(bytes) {
                addresses.push(Ipv6Addr::from(bytes).to_string());
            }
            next = next.add(1);
        }
        Host { name: text(entry.name), aliases, addresses }
    }
}
