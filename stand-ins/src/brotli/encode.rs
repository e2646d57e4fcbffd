//! Writes Brotli's form (RFC 7932): meta-blocks of one block type each, with codes of their own.
//!
//! It looks for what came before in the window, and uses neither the format's dictionary nor contexts: those of the
//! encoders that are there take three quarters of a megabyte.

use super::{bits::Bits, prefix::Code};

/// How many bytes a meta-block stands for at most.
const BLOCK: usize = 1 << 17;
/// The shortest copy that is looked for.
const SHORTEST: usize = 4;
/// The longest copy that is made at once.
const LONGEST: usize = 1 << 14;
/// The base-2 logarithm of the size of the table of where four bytes were last.
const TABLE: u32 = 15;

const INSERT_BASES: [u32; 24] = [
    0, 1, 2, 3, 4, 5, 6, 8, 10, 14, 18, 26, 34, 50, 66, 98, 130, 194, 322, 578, 1090, 2114, 6210,
    22594,
];
const INSERT_BITS: [u32; 24] =
    [0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9, 10, 12, 14, 24];
const COPY_BASES: [u32; 24] = [
    2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 18, 22, 30, 38, 54, 70, 102, 134, 198, 326, 582, 1094, 2118,
];
const COPY_BITS: [u32; 24] =
    [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9, 10, 24];

/// Literals, and a copy of what came before.
struct Command {
    literals: usize,
    /// Zero behind the last literals.
    copy: usize,
    distance: usize,
}

/// The number of a length among the bases, and the extra bits.
fn place(bases: &[u32; 24], length: usize) -> (usize, u32) {
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    let at = bases.partition_point(|base| *base <= length).saturating_sub(1);
    (at, length.saturating_sub(bases[at]))
}

/// The symbol of a pair of lengths (section 5), with the distance told.
fn command_symbol(insert: usize, copy: usize) -> usize {
    let offset = 2 * ((copy >> 3) + 3 * (insert >> 3));
    let cell = (offset << 5) + 0x40 + ((0x52_0D40 >> offset) & 0xC0);
    cell | (insert & 7) << 3 | (copy & 7)
}

/// The symbol of a distance, and its extra bits and how many they are (section 4).
fn distance_symbol(distance: usize) -> (usize, u32, u32) {
    let moved = u32::try_from(distance + 3).unwrap_or(u32::MAX);
    let bits = moved.ilog2() - 1;
    let second = moved >> bits & 1;
    let symbol = 16 + 2 * (bits - 1) + second;
    (usize::try_from(symbol).unwrap_or(0), moved - ((2 + second) << bits), bits)
}

/// An encoder.
pub(super) struct Encoder {
    bits: Bits,
    window: usize,
    /// How many places are looked at for a copy.
    effort: usize,
    /// What was given: what a copy may refer to, and what is not written.
    data: Vec<u8>,
    /// Where what is not written starts.
    start: usize,
    /// The place after the last one of four bytes' hash, and that before each place.
    last: Vec<usize>,
    before: Vec<usize>,
    /// The distance of the last copy.
    recent: usize,
}

impl Encoder {
    /// `quality` is 0 to 11, and `window` the base-2 logarithm of its size, 10 to 24.
    pub(super) fn new(quality: u32, window: u32) -> Self {
        let mut bits = Bits::default();
        match window {
            16 => bits.write(0, 1),
            17 => bits.write(1, 7),
            18.. => bits.write((window - 17) << 1 | 1, 4),
            _ => bits.write((window - 8) << 4 | 1, 7),
        }
        Self {
            bits,
            window: (1 << window) - 16,
            effort: 1 << quality.min(9),
            data: Vec::new(),
            start: 0,
            last: Vec::new(),
            before: Vec::new(),
            recent: 4,
        }
    }

    /// What is written and was not taken.
    fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bits.written)
    }

    pub(super) fn process(&mut self, data: &[u8]) -> Vec<u8> {
        self.data.extend_from_slice(data);
        while self.data.len() - self.start >= 2 * BLOCK {
            self.block();
        }
        self.take()
    }

    /// What is waiting, and an empty block that ends at a byte.
    pub(super) fn flush(&mut self) -> Vec<u8> {
        while self.start < self.data.len() {
            self.block();
        }
        if self.bits.count > 0 || !self.bits.written.is_empty() {
            self.bits.write(6, 6);
            self.bits.fill_byte();
        }
        self.take()
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        while self.start < self.data.len() {
            self.block();
        }
        self.bits.write(3, 2);
        self.bits.fill_byte();
        self.take()
    }

    /// Forgets what no copy can refer to any more.
    fn forget(&mut self) {
        let old = self.start.saturating_sub(self.window);
        if old < self.window.max(BLOCK) {
            return;
        }
        self.data.drain(..old);
        self.before.drain(..old);
        self.start -= old;
        for place in self.last.iter_mut().chain(&mut self.before) {
            *place = place.saturating_sub(old);
        }
    }

    fn hash(&self, at: usize) -> Option<usize> {
        let four = self.data.get(at..at + SHORTEST)?;
        let number = u32::from_le_bytes(four.try_into().ok()?);
        usize::try_from(number.wrapping_mul(0x9E37_79B1) >> (32 - TABLE)).ok()
    }

    /// Notes a place, so that copies can refer to it.
    fn note(&mut self, at: usize) {
        self.before.resize(at, 0);
        let former = match self.hash(at) {
            Some(hash) => std::mem::replace(&mut self.last[hash], at + 1),
            None => 0,
        };
        self.before.push(former);
    }

    /// The longest copy for a place, up to `end`: its length and distance.
    fn longest(&self, at: usize, end: usize) -> (usize, usize) {
        let (mut best, mut distance) = (0, 0);
        let Some(hash) = self.hash(at) else { return (0, 0) };
        let most = LONGEST.min(end - at);
        let here = &self.data[at..at + most];
        let mut consider = |from: usize| {
            let there = &self.data[from..from + most];
            if most > best && there[best] == here[best] {
                let length = here.iter().zip(there).take_while(|(one, other)| one == other).count();
                if length > best {
                    (best, distance) = (length, at - from);
                }
            }
        };
        if self.recent <= at.min(self.window) {
            consider(at - self.recent);
        }
        let mut place = self.last[hash];
        for _ in 0..self.effort {
            let Some(from) = place.checked_sub(1) else { break };
            if at - from > self.window {
                break;
            }
            consider(from);
            place = self.before[from];
        }
        if best < SHORTEST { (0, 0) } else { (best, distance) }
    }

    fn commands(&mut self, end: usize) -> Vec<Command> {
        let (mut commands, mut at, mut literals) = (Vec::new(), self.start, 0);
        while at < end {
            let (mut copy, mut distance) = self.longest(at, end);
            self.note(at);
            if copy > 0 && copy < 64 && at + 1 < end {
                // A longer copy one byte later is the better one.
                let (later, its_distance) = self.longest(at + 1, end);
                if later > copy + 1 {
                    at += 1;
                    literals += 1;
                    (copy, distance) = (later, its_distance);
                    self.note(at);
                }
            }
            if copy == 0 {
                at += 1;
                literals += 1;
                continue;
            }
            for each in at + 1..at + copy {
                self.note(each);
            }
            at += copy;
            commands.push(Command { literals, copy, distance });
            self.recent = distance;
            literals = 0;
        }
        if literals > 0 {
            commands.push(Command { literals, copy: 0, distance: 0 });
        }
        commands
    }

    /// Writes a meta-block.
    fn block(&mut self) {
        self.forget();
        if self.last.is_empty() {
            self.last = vec![0; 1 << TABLE];
        }
        let (start, end) = (self.start, self.data.len().min(self.start + BLOCK));
        let mut recent = self.recent;
        let commands = self.commands(end);
        let (mut of_literals, mut of_commands, mut of_distances) =
            (vec![0; 256], vec![0; 704], vec![0; 64]);
        let mut steps = Vec::with_capacity(commands.len());
        let mut at = start;
        for command in &commands {
            for byte in &self.data[at..at + command.literals] {
                of_literals[usize::from(*byte)] += 1;
            }
            at += command.literals + command.copy;
            let insert = place(&INSERT_BASES, command.literals);
            let copy = place(&COPY_BASES, command.copy.max(2));
            let symbol = command_symbol(insert.0, copy.0);
            of_commands[symbol] += 1;
            let distance = if command.copy == 0 {
                None
            } else if command.distance == recent {
                Some((0, 0, 0))
            } else {
                recent = command.distance;
                Some(distance_symbol(command.distance))
            };
            if let Some((symbol, _, _)) = distance {
                of_distances[symbol] += 1;
            }
            steps.push((command.literals, command.copy, symbol, insert, copy, distance));
        }
        let bits = &mut self.bits;
        // Not the last block, the length in four or five nibbles, and compressed.
        let length = u32::try_from(end - start - 1).unwrap_or(0);
        let nibbles = if length >> 16 == 0 { 4 } else { 5 };
        bits.write((nibbles - 4) << 1, 3);
        bits.write(length, 4 * nibbles);
        bits.write(0, 1);
        // One type of blocks each, distances without a postfix, one context and tree each.
        bits.write(0, 3 + 6 + 2 + 2);
        let literals = Code::written(&of_literals, 8, bits);
        let whole = Code::written(&of_commands, 10, bits);
        let distances = Code::written(&of_distances, 6, bits);
        let mut at = start;
        for (count, copied, symbol, insert, copy, distance) in steps {
            whole.write(symbol, bits);
            bits.write(insert.1, INSERT_BITS[insert.0]);
            bits.write(copy.1, COPY_BITS[copy.0]);
            for byte in &self.data[at..at + count] {
                literals.write(usize::from(*byte), bits);
            }
            at += count + copied;
            if let Some((symbol, value, count)) = distance {
                distances.write(symbol, bits);
                bits.write(value, count);
            }
        }
        self.start = end;
    }
}
