//! `for a, b in ...` over `enumerate`, `zip` and `dict.items`: the tuple that would be unpacked at once is not made.

use super::ExecutingFrame;
use crate::{
    PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyEnumerate, PyZip, dict::PyDictItemIterator},
    bytecode::{self, Instruction, Opcode},
    protocol::PyIterReturn,
};

type Pair = (PyObjectRef, PyObjectRef);

impl ExecutingFrame<'_> {
    /// The next two values of the iterator on top of the stack; `None` if it gives no pairs, or they are not
    /// unpacked at once, or somebody watches each instruction.
    pub(super) fn next_pair(&self, vm: &VirtualMachine) -> Option<PyResult<PyIterReturn<Pair>>> {
        let unit = self.code.instructions.get(self.unpacking())?;
        let unpacks = matches!(
            unit.op,
            Instruction::UnpackSequence { .. }
                | Instruction::UnpackSequenceTuple
                | Instruction::UnpackSequenceTwoTuple
        );
        if !unpacks
            || u8::from(unit.arg) != 2
            || vm.use_tracing.get()
            || vm.state.monitoring_events.load() != 0
        {
            return None;
        }
        let iterator = self.top_value();
        if let Some(iterator) = iterator.downcast_ref_if_exact::<PyDictItemIterator>(vm) {
            Some(iterator.next_pair(vm))
        } else if let Some(iterator) = iterator.downcast_ref_if_exact::<PyEnumerate>(vm) {
            Some(iterator.next_pair(vm))
        } else {
            iterator.downcast_ref_if_exact::<PyZip>(vm)?.next_pair(vm)
        }
    }

    /// Goes on behind the instruction that would unpack the pair.
    pub(super) fn skip_unpacking(&mut self) {
        let caches = Instruction::from(Opcode::UnpackSequence).cache_entries();
        self.jump(bytecode::Label::from_u32((self.unpacking() + 1 + caches) as u32));
    }

    /// Where the instruction after this `FOR_ITER` is.
    fn unpacking(&self) -> usize {
        self.lasti() as usize + Instruction::from(Opcode::ForIter).cache_entries()
    }
}
