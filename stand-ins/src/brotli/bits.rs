//! What is written bit by bit.

/// Bits, the lowest first.
#[derive(Default)]
pub(super) struct Bits {
    pub(super) written: Vec<u8>,
    waiting: u64,
    pub(super) count: u32,
}

impl Bits {
    /// Writes the lowest `count` bits of a value, at most 32.
    pub(super) fn write(&mut self, value: u32, count: u32) {
        self.waiting |= u64::from(value) << self.count;
        self.count += count;
        while self.count >= 8 {
            self.written.push(self.waiting.to_le_bytes()[0]);
            self.waiting >>= 8;
            self.count -= 8;
        }
    }

    /// Fills the last byte with zeros.
    pub(super) fn fill_byte(&mut self) {
        if self.count > 0 {
            self.write(0, 8 - self.count);
        }
    }
}
