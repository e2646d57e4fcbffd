//! Why a module does not go on.

use std::fmt;

/// Why a module does not go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is no module that this machine runs.
    Module(&'static str),
    /// It has an instruction that this machine does not know.
    Instruction(u32),
    /// It did what WebAssembly ends a module for.
    Trap(&'static str),
    /// It ended itself.
    Exit,
    /// Its time is over.
    Time,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Module(what) => formatter.write_str(what),
            Self::Instruction(code) => {
                write!(formatter, "it has the unknown instruction {code:#x}")
            }
            Self::Trap(what) => write!(formatter, "it trapped: {what}"),
            Self::Exit => formatter.write_str("it ended itself"),
            Self::Time => formatter.write_str("its time is over"),
        }
    }
}
