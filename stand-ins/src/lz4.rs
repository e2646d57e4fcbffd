//! Blocks of LZ4, for `python/lz4`.

#![forbid(unsafe_code)]

use rustpython_vm::{Context, builtins::PyModuleDef};

/// The module.
pub(crate) fn module_def(context: &Context) -> &'static PyModuleDef {
    _lz4::module_def(context)
}

#[rustpython_vm::pymodule(name = "_krait_stand_ins._lz4")]
mod _lz4 {
    use rustpython_vm::function::ArgBytesLike;

    /// `before` is what the data may refer to.
    #[pyfunction]
    fn compress(data: ArgBytesLike, before: ArgBytesLike) -> Vec<u8> {
        let (data, before) = (data.borrow_buf(), before.borrow_buf());
        if before.is_empty() {
            lz4_flex::block::compress(&data)
        } else {
            lz4_flex::block::compress_with_dict(&data, &before)
        }
    }

    /// What a block means, if it is at most `size` bytes; none if it is more, or if the block is wrong.
    #[pyfunction]
    fn decompress(data: ArgBytesLike, size: usize, before: ArgBytesLike) -> Option<Vec<u8>> {
        let (data, before) = (data.borrow_buf(), before.borrow_buf());
        if before.is_empty() {
            lz4_flex::block::decompress(&data, size).ok()
        } else {
            lz4_flex::block::decompress_with_dict(&data, size, &before).ok()
        }
    }
}
