//! Which instructions the small loop is worth to begin with.

use crate::bytecode::Opcode;

/// What it is worth to begin with. Other instructions that are known here come after these.
const FAST: [Opcode; 92] = [
    Opcode::BinaryOp,
    Opcode::BinaryOpAddFloat,
    Opcode::BinaryOpAddInt,
    Opcode::BinaryOpAddUnicode,
    Opcode::BinaryOpMultiplyFloat,
    Opcode::BinaryOpMultiplyInt,
    Opcode::BinaryOpSubscrDict,
    Opcode::BinaryOpSubscrListInt,
    Opcode::BinaryOpSubscrTupleInt,
    Opcode::BinaryOpSubtractFloat,
    Opcode::BinaryOpSubtractInt,
    Opcode::BuildList,
    Opcode::BuildMap,
    Opcode::BuildTuple,
    Opcode::Call,
    Opcode::CallAllocAndEnterInit,
    Opcode::CallBuiltinClass,
    Opcode::CallBuiltinFast,
    Opcode::CallBuiltinO,
    Opcode::CallIsinstance,
    Opcode::CallKwPy,
    Opcode::CallLen,
    Opcode::CallListAppend,
    Opcode::CallMethodDescriptorFast,
    Opcode::CallMethodDescriptorNoargs,
    Opcode::CallMethodDescriptorO,
    Opcode::CallPyExactArgs,
    Opcode::CallPyGeneral,
    Opcode::CallStr1,
    Opcode::CheckExcMatch,
    Opcode::CompareOp,
    Opcode::CompareOpFloat,
    Opcode::CompareOpInt,
    Opcode::CompareOpStr,
    Opcode::ContainsOpDict,
    Opcode::ContainsOpSet,
    Opcode::CopyFreeVars,
    Opcode::ForIter,
    Opcode::ForIterGen,
    Opcode::ForIterList,
    Opcode::ForIterRange,
    Opcode::ForIterTuple,
    Opcode::GetIter,
    Opcode::JumpBackwardNoJit,
    Opcode::LoadAttr,
    Opcode::LoadAttrMethodNoDict,
    Opcode::LoadAttrMethodWithValues,
    Opcode::LoadAttrModule,
    Opcode::LoadAttrNondescriptorNoDict,
    Opcode::LoadAttrNondescriptorWithValues,
    Opcode::LoadAttrProperty,
    Opcode::LoadAttrSlot,
    Opcode::LoadAttrWithHint,
    Opcode::LoadConstMortal,
    Opcode::LoadDeref,
    Opcode::LoadFast,
    Opcode::LoadFastAndClear,
    Opcode::LoadFastBorrow,
    Opcode::LoadFastBorrowLoadFastBorrow,
    Opcode::LoadGlobalBuiltin,
    Opcode::LoadGlobalModule,
    Opcode::LoadSmallInt,
    Opcode::MakeFunction,
    Opcode::MapAdd,
    Opcode::PopExcept,
    Opcode::PopJumpIfFalse,
    Opcode::PopJumpIfTrue,
    Opcode::PopTop,
    Opcode::Resume,
    Opcode::ResumeCheck,
    Opcode::ReturnValue,
    Opcode::SetAdd,
    Opcode::StoreAttr,
    Opcode::StoreAttrInstanceValue,
    Opcode::StoreAttrSlot,
    Opcode::StoreAttrWithHint,
    Opcode::StoreDeref,
    Opcode::StoreFast,
    Opcode::StoreFastLoadFast,
    Opcode::StoreFastStoreFast,
    Opcode::StoreSubscrDict,
    Opcode::StoreSubscrListInt,
    Opcode::Swap,
    Opcode::ToBool,
    Opcode::ToBoolAlwaysTrue,
    Opcode::ToBoolBool,
    Opcode::ToBoolInt,
    Opcode::ToBoolList,
    Opcode::ToBoolNone,
    Opcode::ToBoolStr,
    Opcode::UnpackSequenceTwoTuple,
    Opcode::YieldValue,
];

const IS_FAST: [bool; 256] = {
    let mut are = [false; 256];
    let mut at = 0;
    while at < FAST.len() {
        are[FAST[at] as usize] = true;
        at += 1;
    }
    are
};

/// Whether the loop here is to begin with `opcode`.
#[inline(always)]
pub(in crate::frame) fn is_fast(opcode: u8) -> bool {
    IS_FAST[usize::from(opcode)]
}
