//! The first code that a module runs: it unpacks the memory that it ships with.
//! `hosts/wasmtime/src/pack.rs` packs that memory, and describes the format.
//!
//! Constants are not in memory before it is unpacked, so this code must not use any.

/// The address of the packed memory: in the stack, far from the part that is in use now.
const PACKED_AT: usize = 1 << 16;

/// The copies below write 8 bytes, even if fewer are needed. The next step overwrites the rest.
const STEP: usize = 8;

/// The header at [`PACKED_AT`]: the target address and the packed parts.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct Packed {
    pub(super) memory: *mut u8,
    pub(super) tokens: *const u8,
    pub(super) tokens_end: *const u8,
    pub(super) literals: *const u8,
    pub(super) lengths: *const u8,
    /// The bytes of distances.
    pub(super) low: *const u8,
    pub(super) middle: *const u8,
    pub(super) high: *const u8,
}

// What a token says of the bytes after its literals: that they are zero, or how many bytes the
// distance has that they were at before; the last one's distance needs none.
const ZEROS: usize = 1;
const TWO_BYTES: usize = 2;
const THREE_BYTES: usize = 3;

/// Unpacks the module's memory. A packed module's start function; not for hosts.
#[unsafe(no_mangle)]
pub extern "C" fn krait_unpack() {
    // SAFETY: whoever made this the module's start put the parts there, made to be read so.
    unsafe { std::ptr::with_exposed_provenance::<Packed>(PACKED_AT).read().unpack() }
}

impl Packed {
    /// # Safety
    /// The parts are as `pack.rs` makes them.
    #[inline(always)]
    pub(super) unsafe fn unpack(mut self) {
        let mut distance = 0;
        while self.tokens < self.tokens_end {
            // SAFETY: every token has its literals, lengths and distances in the other parts.
            unsafe {
                let token = take(&mut self.tokens);
                let literals = self.length(token >> 4 & 3, 3);
                copy(self.literals, self.memory, literals);
                self.literals = self.literals.add(literals);
                self.memory = self.memory.add(literals);
                let size = self.length(token & 15, 15) + 2;
                let kind = token >> 6;
                if kind == ZEROS {
                    // They are there, except for bytes that were written too far.
                    self.memory.cast::<u64>().write_unaligned(0);
                } else {
                    if kind >= TWO_BYTES {
                        distance = take(&mut self.low) | take(&mut self.middle) << 8;
                    }
                    if kind == THREE_BYTES {
                        distance |= take(&mut self.high) << 16;
                    }
                    copy(self.memory.sub(distance), self.memory, size);
                }
                self.memory = self.memory.add(size);
            }
        }
    }

    /// A length from a token. The largest value means that more of it follows.
    #[inline(always)]
    unsafe fn length(&mut self, length: usize, greatest: usize) -> usize {
        if length < greatest {
            return length;
        }
        let (mut more, mut shift) = (0, 0);
        loop {
            // SAFETY: as the caller promises.
            let byte = unsafe { take(&mut self.lengths) };
            more |= (byte & 127) << shift;
            shift += 7;
            if byte < 128 {
                return greatest + more;
            }
        }
    }
}

#[inline(always)]
unsafe fn take(from: &mut *const u8) -> usize {
    // SAFETY: as the caller promises.
    unsafe {
        let byte = from.read();
        *from = from.add(1);
        byte.into()
    }
}

/// Copies bytes. The source may overlap the target.
#[inline(always)]
unsafe fn copy(from: *const u8, to: *mut u8, size: usize) {
    // SAFETY: as the caller promises; what is written too much is written over later.
    unsafe {
        if to.addr().wrapping_sub(from.addr()) < STEP {
            for at in 0..size {
                to.add(at).write(from.add(at).read());
            }
            return;
        }
        let mut at = 0;
        while at < size {
            let step = from.add(at).cast::<u64>().read_unaligned();
            to.add(at).cast::<u64>().write_unaligned(step);
            at += STEP;
        }
    }
}
