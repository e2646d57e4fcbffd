//! The table of places in the program, as `runtime/src/locks/table.rs` reads it.
//!
//! ```text
//!  0  8 bytes  `krlocks0` where it is empty, as the compiler writes it; `krlocks1` where it is not
//!  8  u32      how many places
//! 12  u32      how many bytes of distances
//! 16  u64      the first place's address
//! 24  u64      the last place's
//! 32           distances from one to the next: seven bits a byte, the lowest first, and the
//!              eighth set where more follow
//! ```

use anyhow::{Context, Result, ensure};
use object::{Object, ObjectSection};
use std::ops::Range;

/// The section that the runtime keeps free for it.
const SECTION: &str = ".krait.locks";
const EMPTY: &[u8] = b"krlocks0";
const FULL: &[u8] = b"krlocks1";
const HEAD: usize = 32;

/// Where in the file the program has room for it.
pub(super) fn room(program: &[u8]) -> Result<Range<usize>> {
    let file = object::File::parse(program)?;
    let section = file.section_by_name(SECTION).context("the program has no room for a table")?;
    let (start, bytes) =
        section.file_range().context("the room for the table is not in the file")?;
    let room = start as usize..(start + bytes) as usize;
    ensure!(room.len() > HEAD, "the room for the table is too small");
    ensure!(program.get(room.clone()).is_some(), "the room for the table is not in the file");
    Ok(room)
}

/// Writes the table of places, in their order, into the program.
pub(super) fn write(program: &mut [u8], places: &[u64]) -> Result<()> {
    let room = room(program)?;
    fill(&mut program[room], places)
}

/// Writes it into the room for it.
pub(super) fn fill(room: &mut [u8], places: &[u64]) -> Result<()> {
    ensure!(room.starts_with(EMPTY), "the program has a table already");
    let (Some(first), Some(last)) = (places.first(), places.last()) else {
        // There is nothing to take out: no table says so.
        return Ok(());
    };
    let mut distances = Vec::new();
    for pair in places.windows(2) {
        ensure!(pair[0] < pair[1], "the places are not in order");
        push(&mut distances, pair[1] - pair[0]);
    }
    ensure!(
        HEAD + distances.len() <= room.len(),
        "the table needs {} bytes, and the program has room for {}: RESERVED in runtime/src/locks",
        HEAD + distances.len(),
        room.len()
    );
    room[..8].copy_from_slice(FULL);
    room[8..12].copy_from_slice(&u32::try_from(places.len())?.to_le_bytes());
    room[12..16].copy_from_slice(&u32::try_from(distances.len())?.to_le_bytes());
    room[16..24].copy_from_slice(&first.to_le_bytes());
    room[24..32].copy_from_slice(&last.to_le_bytes());
    room[HEAD..HEAD + distances.len()].copy_from_slice(&distances);
    Ok(())
}

fn push(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// The places that a table has.
pub(super) fn read(room: &[u8]) -> Result<Vec<u64>> {
    if room.starts_with(EMPTY) {
        return Ok(Vec::new());
    }
    ensure!(room.starts_with(FULL) && room.len() >= HEAD, "the table does not begin as one");
    let number = |range: Range<usize>| {
        room[range].iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
    };
    let (count, length) = (number(8..12) as usize, number(12..16) as usize);
    let (first, last) = (number(16..24), number(24..32));
    let mut distances = room.get(HEAD..HEAD + length).context("the table is cut")?.iter();
    let mut places = vec![first];
    let mut address = first;
    while distances.len() > 0 {
        let (mut distance, mut shift) = (0, 0);
        loop {
            let byte = distances.next().context("the table ends within a number")?;
            ensure!(shift < 63, "the table has a number that is too large");
            distance |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
        }
        address += distance;
        places.push(address);
    }
    ensure!(places.len() == count && address == last, "the table is not as long as it says");
    Ok(places)
}
