//! What a module runs before anything else: it unpacks the memory that it ships with.
//! `hosts/wasmtime/src/pack.rs` packs it, and says how.
//!
//! There are no constants in memory before it is unpacked: this must not use any.

/// Where the packed memory lies: in the stack, far from what is in use of it now.
const PACKED_AT: usize = 1 << 16;

/// The copies below are of 8 bytes, even where fewer are wanted: what comes next is written over
/// the rest.
const STEP: usize = 8;

/// What lies at [`PACKED_AT`]: where to unpack to, and where the packed parts are.
#[repr(C)]
#[derive(Clone, Copy)]
struct Packed {
    memory: *mut u8,
    tokens: *const u8,
    tokens_end: *const u8,
    literals: *const u8,
    lengths: *const u8,
    /// The bytes of distances.
    low: *const u8,
    middle: *const u8,
    high: *const u8,
}

// What a token says of the bytes after its literals: that they are zero, or how many bytes the
// distance has that they were at before; the last one's distance needs none.
const ZEROS: usize = 1;
const TWO_BYTES: usize = 2;
const THREE_BYTES: usize = 3;

/// Unpacks the module's memory. The module's start, once it is packed; not for hosts.
#[unsafe(no_mangle)]
pub extern "C" fn krait_unpack() {
    // SAFETY: whoever made this the module's start put the parts there, made to be read so.
    unsafe { std::ptr::with_exposed_provenance::<Packed>(PACKED_AT).read().unpack() }
}

impl Packed {
    /// # Safety
    /// The parts are as `pack.rs` makes them.
    #[inline(always)]
    unsafe fn unpack(mut self) {
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
                    // They are there but for what was written too much.
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

    /// A length from a token, of which the greatest possible says that more is to come.
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

/// Copies bytes of which some may be among those copied before.
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
