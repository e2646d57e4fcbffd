//! Buffers that the library reads and writes, and what its contexts hold.

use super::library::{self, Owned, inside, signed};
use rustpython_vm::{
    PyRef, PyResult, VirtualMachine,
    function::{ArgBytesLike, ArgMemoryBuffer},
};

/// A context, and what must outlive its use: the dictionary that it was given, or the data of one.
pub(super) type Held<T, D> = (Owned<T>, Option<PyRef<D>>, Vec<u8>);
/// A result, the position in the output and that in the input.
pub(super) type Streamed = (isize, usize, usize);

/// A buffer, where it ends, and where to begin.
pub(super) type Output = (ArgMemoryBuffer, usize, usize);
pub(super) type Input = (ArgBytesLike, usize, usize);

/// Has the library go through an input once. What it is given is valid while it is called.
pub(super) fn streamed(
    output: Output,
    input: Input,
    vm: &VirtualMachine,
    step: impl FnOnce(*mut library::ZSTD_outBuffer, *mut library::ZSTD_inBuffer) -> usize,
) -> PyResult<Streamed> {
    let (data, size, from) = input;
    let data = data.borrow_buf();
    let (place, room, to) = output;
    let mut place = place.borrow_buf_mut();
    if !inside(size, from, data.len()) || !inside(room, to, place.len()) {
        return Err(vm.new_value_error("a position is outside of its buffer"));
    }
    let mut output =
        library::ZSTD_outBuffer { dst: place.as_mut_ptr().cast(), size: room, pos: to };
    let mut input = library::ZSTD_inBuffer { src: data.as_ptr().cast(), size, pos: from };
    let result = step(&raw mut output, &raw mut input);
    Ok((signed(result), output.pos, input.pos))
}

/// Writes how the types of this module are shown.
macro_rules! shown {
    ($($kind:ident),*) => {$(
        impl core::fmt::Debug for $kind {
            fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                formatter.write_str(stringify!($kind))
            }
        }
    )*};
}
pub(super) use shown;
