//! After which instructions signals, and threads that wait for each other, are looked for.

use crate::bytecode::Opcode;

/// Those that call; the frames that some of them enter look for themselves.
const CALLS: [Opcode; 29] = [
    Opcode::Call,
    Opcode::CallAllocAndEnterInit,
    Opcode::CallBoundMethodExactArgs,
    Opcode::CallBoundMethodGeneral,
    Opcode::CallBuiltinClass,
    Opcode::CallBuiltinFast,
    Opcode::CallBuiltinFastWithKeywords,
    Opcode::CallBuiltinO,
    Opcode::CallFunctionEx,
    Opcode::CallIsinstance,
    Opcode::CallKw,
    Opcode::CallKwBoundMethod,
    Opcode::CallKwNonPy,
    Opcode::CallKwPy,
    Opcode::CallLen,
    Opcode::CallListAppend,
    Opcode::CallMethodDescriptorFast,
    Opcode::CallMethodDescriptorFastWithKeywords,
    Opcode::CallMethodDescriptorNoargs,
    Opcode::CallMethodDescriptorO,
    Opcode::CallNonPyGeneral,
    Opcode::CallPyExactArgs,
    Opcode::CallPyGeneral,
    Opcode::CallStr1,
    Opcode::CallTuple1,
    Opcode::CallType1,
    Opcode::InstrumentedCall,
    Opcode::InstrumentedCallFunctionEx,
    Opcode::InstrumentedCallKw,
];

const IS_CALL: [bool; 256] = {
    let mut are = [false; 256];
    let mut at = 0;
    while at < CALLS.len() {
        are[CALLS[at] as usize] = true;
        at += 1;
    }
    are
};

/// Whether `opcode` calls.
#[inline(always)]
pub(super) fn calls(opcode: u8) -> bool {
    IS_CALL[usize::from(opcode)]
}
