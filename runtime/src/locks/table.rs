//! The table of places that the tool writes into the program: `xtask/src/locks/table.rs` has
//! its format.

use std::ptr::with_exposed_provenance;

/// Bytes of the program that are kept free for the table.
const RESERVED: usize = 112 << 10;

/// The byte in a lock prefix's place while it is removed.
pub(super) const NOTHING: u8 = 0x3e;

/// What a table begins with that the tool has filled.
const FULL: [u8; 8] = *b"krlocks1";

#[repr(C)]
struct Room {
    magic: [u8; 8],
    places: u32,
    bytes: u32,
    first: u64,
    last: u64,
    distances: [u8; RESERVED - 32],
}

/// Written to after it was compiled: it is read as what the compiler knows nothing of.
#[used]
#[unsafe(link_section = ".krait.locks")]
static ROOM: Room = Room {
    magic: *b"krlocks0",
    places: 0,
    bytes: 0,
    first: 0,
    last: 0,
    distances: [0; RESERVED - 32],
};

/// The program's table.
pub(super) struct Table {
    /// How many places it has.
    pub places: u32,
    bytes: usize,
    first: usize,
    last: usize,
}

impl Table {
    /// The table, where there is one.
    pub(super) fn of_program() -> Option<Self> {
        let room = &raw const ROOM;
        // SAFETY: the program's own variable, of plain numbers; volatile, since the tool has
        // put others there than the compiler did.
        unsafe {
            if (&raw const (*room).magic).read_volatile() != FULL {
                return None;
            }
            let bytes = (&raw const (*room).bytes).read_volatile() as usize;
            Some(Self {
                places: (&raw const (*room).places).read_volatile(),
                bytes: bytes.min(RESERVED - 32),
                first: (&raw const (*room).first).read_volatile() as usize,
                last: (&raw const (*room).last).read_volatile() as usize,
            })
        }
    }

    /// Whether the locks are out. The last place, which is written to last, tells.
    pub(super) fn is_out(&self) -> bool {
        // SAFETY: the tool has made sure that the place is in the program's code.
        unsafe { with_exposed_provenance::<u8>(self.last).read_volatile() == NOTHING }
    }

    /// The addresses of all places, in their order.
    pub(super) fn addresses(&self) -> impl Iterator<Item = usize> {
        let start = (&raw const ROOM.distances).cast::<u8>();
        let (mut at, end) = (0, self.bytes);
        let distances = std::iter::from_fn(move || {
            let (mut distance, mut shift) = (0, 0);
            while at < end {
                // SAFETY: within the room; volatile, as above.
                let byte = unsafe { start.add(at).read_volatile() };
                at += 1;
                distance |= usize::from(byte & 0x7f) << shift;
                shift += 7;
                if byte & 0x80 == 0 {
                    return Some(distance);
                }
            }
            None
        });
        std::iter::once(0).chain(distances).scan(self.first, |address, distance| {
            *address += distance;
            Some(*address)
        })
    }
}
