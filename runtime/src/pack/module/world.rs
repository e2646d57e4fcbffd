//! The system that a module sees while its function is loaded: no files but its own, no network, a clock that
//! goes on by its being asked, and numbers that are the same each time. So the same input gives the same module.

use super::{fault::Fault, machine::System};

/// WASI's numbers of errors.
const WELL: u64 = 0;
const BAD_DESCRIPTOR: u64 = 8;

/// So long takes it to look at the clock, in nanoseconds.
const LOOK: u64 = 1000;

/// A machine at one time.
#[derive(Debug)]
pub(super) struct World {
    /// The time of day, in nanoseconds since 1970.
    now: u64,
    random: u64,
    /// What the module itself wrote.
    pub said: Vec<u8>,
}

impl World {
    /// The first world, or the second one: another day, 1000 days later, with other random numbers. What a
    /// function keeps of them differs then.
    pub(super) fn number(number: u64) -> Self {
        const FIRST: u64 = 1_767_225_600;
        const LATER: u64 = 1000 * 24 * 3600 + 5 * 3600 + 7 * 60 + 11;
        const SECOND: u64 = 1_000_000_000;
        Self { now: (FIRST + number * LATER) * SECOND, random: number, said: Vec::new() }
    }

    /// The next random number (splitmix64).
    fn draw(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// Waits, as long as is asked for: the earliest of the times asks for.
    fn wait(&mut self, memory: &mut [u8], asked: &[u64]) -> Result<(), Fault> {
        const ASKED: usize = 48;
        const CLOCK: u8 = 0;
        const IS_TIME: u16 = 1;
        let [from, into, count, happened] = *asked else { return Err(ARGUMENTS) };
        let mut first: Option<(u64, u64, u8)> = None;
        for index in 0..count as usize {
            let start = from as usize + index * ASKED;
            let owner = u64::from_le_bytes(read(memory, start)?);
            let [kind] = read(memory, start + 8)?;
            let time = u64::from_le_bytes(read(memory, start + 24)?);
            let flags = u16::from_le_bytes(read(memory, start + 40)?);
            let time = match (kind, flags & IS_TIME) {
                (CLOCK, 0) => self.now.saturating_add(time),
                (CLOCK, _) => time,
                _ => self.now,
            };
            if first.is_none_or(|(earliest, ..)| time < earliest) {
                first = Some((time, owner, kind));
            }
        }
        let Some((time, owner, kind)) = first else { return Ok(()) };
        self.now = self.now.max(time);
        let mut event = [0; 32];
        event[..8].copy_from_slice(&owner.to_le_bytes());
        event[10] = kind;
        write(memory, into, &event)?;
        write(memory, happened, &1_u32.to_le_bytes())
    }
}

const ARGUMENTS: Fault = Fault::Module("it asks the system with other arguments");
const PLACE: Fault = Fault::Trap("the system is asked about a place outside the memory");

fn read<const SIZE: usize>(memory: &[u8], at: usize) -> Result<[u8; SIZE], Fault> {
    memory.get(at..).and_then(|bytes| bytes.first_chunk()).copied().ok_or(PLACE)
}

fn write(memory: &mut [u8], at: u64, bytes: &[u8]) -> Result<(), Fault> {
    let start = at as usize;
    memory.get_mut(start..start + bytes.len()).ok_or(PLACE)?.copy_from_slice(bytes);
    Ok(())
}

impl System for World {
    fn call(&mut self, memory: &mut [u8], name: &str, asked: &[u64]) -> Result<u64, Fault> {
        match (name, asked) {
            ("proc_exit", _) => return Err(Fault::Exit),
            ("random_get", &[into, size]) => {
                for at in 0..size {
                    let byte = [self.draw() as u8];
                    write(memory, into + at, &byte)?;
                }
            }
            ("clock_time_get", &[_, _, into]) => {
                self.now += LOOK;
                write(memory, into, &self.now.to_le_bytes())?;
            }
            ("clock_res_get", &[_, into]) => write(memory, into, &LOOK.to_le_bytes())?,
            ("args_sizes_get" | "environ_sizes_get", &[count, size]) => {
                write(memory, count, &[0; 4])?;
                write(memory, size, &[0; 4])?;
            }
            ("args_get" | "environ_get" | "sched_yield", _) => {}
            ("poll_oneoff", _) => self.wait(memory, asked)?,
            ("fd_fdstat_get", &[0..=2, into]) => {
                // A device for characters, with all rights.
                let mut state = [0xff; 24];
                state[..8].copy_from_slice(&[2, 0, 0, 0, 0, 0, 0, 0]);
                write(memory, into, &state)?;
            }
            ("fd_read", &[0, _, _, into]) => write(memory, into, &[0; 4])?,
            ("fd_write", &[1 | 2, pieces, count, into]) => {
                let mut total = 0;
                for index in 0..count as usize {
                    let place = pieces as usize + 8 * index;
                    let start = u32::from_le_bytes(read(memory, place)?) as usize;
                    let size = u32::from_le_bytes(read(memory, place + 4)?);
                    let bytes = memory.get(start..start + size as usize).ok_or(PLACE)?;
                    self.said.extend(bytes);
                    total += size;
                }
                write(memory, into, &total.to_le_bytes())?;
            }
            // There are no folders.
            _ => return Ok(BAD_DESCRIPTOR),
        }
        Ok(WELL)
    }
}
