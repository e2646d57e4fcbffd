//! Whatever an instance writes into its socket or its log is read the same, in whatever pieces it
//! comes.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, [u8; 16], Vec<u8>)| {
    let (size, marker, bytes) = input;
    let size = usize::from(size);
    assert_eq!(krait_fuzz::frames(&bytes, size), krait_fuzz::frames(&bytes, bytes.len()));
    let whole = krait_fuzz::split(&bytes, &marker, bytes.len());
    assert_eq!(krait_fuzz::split(&bytes, &marker, size), whole);
    let (before, after) = whole;
    let found = bytes.windows(16).position(|window| window == marker);
    assert_eq!(before, bytes[..found.unwrap_or(bytes.len())]);
    assert_eq!(after, bytes[found.map_or(bytes.len(), |at| at + 16)..]);
});
