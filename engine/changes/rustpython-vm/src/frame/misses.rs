//! Instructions that were specialised for what does not come any more.

use super::ExecutingFrame;
use crate::bytecode::{self, Opcode};
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Whether this process has had a second thread that runs Python.
static HAD_THREADS: AtomicBool = AtomicBool::new(false);

/// Says that there will be a second thread. What is compiled is the same for all: from now on, an
/// instruction that was specialised stays as it is, since another thread may be at it.
pub(crate) fn threads_begin() {
    HAD_THREADS.store(true, Relaxed);
}

/// Whether another thread may run Python.
#[inline(always)]
pub(crate) fn had_threads() -> bool {
    HAD_THREADS.load(Relaxed)
}

impl ExecutingFrame<'_> {
    /// Counts that the instruction did not meet what it was specialised for. When that came often
    /// enough, it becomes the general one, which is specialised for what comes next.
    #[inline(never)]
    pub(super) fn note_miss(&mut self) {
        let units = &self.code.instructions;
        let instruction = self.lasti() as usize - 1;
        let Some(general) = Opcode::from(units.read_op(instruction)).deopt() else {
            return;
        };
        if had_threads() {
            return;
        }
        let counter = units.read_adaptive_counter(instruction + 1);
        // SAFETY: the instruction was specialised from `general`, which has the same argument and a
        // counter beside it.
        unsafe {
            if bytecode::adaptive_counter_triggers(counter) {
                units.replace_op(instruction, general.into());
            } else {
                let next = bytecode::advance_adaptive_counter(counter);
                units.write_adaptive_counter(instruction + 1, next);
            }
        }
    }
}
