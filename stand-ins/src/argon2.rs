//! Argon2, for `python/_argon2_cffi_bindings/_ffi.py`.

#![forbid(unsafe_code)]

use argon2::{Algorithm, Argon2, AssociatedData, Block, ParamsBuilder, Version};
use rustpython_vm::{Context, builtins::PyModuleDef};

/// The module.
pub(crate) fn module_def(context: &Context) -> &'static PyModuleDef {
    _argon2::module_def(context)
}

/// What a hash is made of.
struct Request {
    /// 0: Argon2d, 1: Argon2i, 2: Argon2id.
    kind: u32,
    /// 16 or 19.
    version: u32,
    passes: u32,
    /// KiB.
    memory: u32,
    lanes: u32,
    /// Bytes of the hash.
    length: usize,
}

/// Why there is no hash, as the original numbers it.
enum Refused {
    /// The memory cannot be had.
    Memory = -22,
    /// Something is not as the caller has promised.
    Parameter = -25,
}

impl Request {
    fn hash(
        &self,
        password: &[u8],
        salt: &[u8],
        key: &[u8],
        data: &[u8],
    ) -> Result<Vec<u8>, Refused> {
        let parameter = |_| Refused::Parameter;
        let algorithm = match self.kind {
            0 => Algorithm::Argon2d,
            1 => Algorithm::Argon2i,
            _ => Algorithm::Argon2id,
        };
        let version = Version::try_from(self.version).map_err(parameter)?;
        let mut parameters = ParamsBuilder::new();
        parameters
            .m_cost(self.memory)
            .t_cost(self.passes)
            .p_cost(self.lanes)
            .output_len(self.length)
            .data(AssociatedData::new(data).map_err(parameter)?);
        let parameters = parameters.build().map_err(parameter)?;
        let count = parameters.block_count();
        let argon2 = Argon2::new_with_secret(key, algorithm, version, parameters);
        let mut blocks = Vec::new();
        blocks.try_reserve_exact(count).map_err(|_| Refused::Memory)?;
        blocks.resize(count, Block::new());
        let mut hash = vec![0; self.length];
        argon2
            .and_then(|argon2| {
                argon2.hash_password_into_with_memory(password, salt, &mut hash, &mut blocks)
            })
            .map_err(parameter)?;
        Ok(hash)
    }
}

#[rustpython_vm::pymodule(name = "_krait_stand_ins._argon2")]
mod _argon2 {
    use super::Request;
    use rustpython_vm::{FromArgs, PyObjectRef, VirtualMachine, function::ArgBytesLike};

    #[derive(FromArgs)]
    struct Arguments {
        #[pyarg(positional)]
        kind: u32,
        #[pyarg(positional)]
        version: u32,
        #[pyarg(positional)]
        passes: u32,
        #[pyarg(positional)]
        memory: u32,
        #[pyarg(positional)]
        lanes: u32,
        #[pyarg(positional)]
        length: usize,
        #[pyarg(positional)]
        password: ArgBytesLike,
        #[pyarg(positional)]
        salt: ArgBytesLike,
        #[pyarg(positional)]
        key: ArgBytesLike,
        #[pyarg(positional)]
        data: ArgBytesLike,
    }

    /// The hash, or the number of an error.
    #[pyfunction]
    fn hash(arguments: Arguments, vm: &VirtualMachine) -> PyObjectRef {
        let Arguments { kind, version, passes, memory, lanes, length, password, salt, key, data } =
            arguments;
        let request = Request { kind, version, passes, memory, lanes, length };
        let bytes = [password, salt, key, data].map(|each| each.borrow_buf().to_vec());
        let [password, salt, key, data] = &bytes;
        match vm.allow_threads(|| request.hash(password, salt, key, data)) {
            Ok(hash) => vm.ctx.new_bytes(hash).into(),
            Err(refused) => vm.ctx.new_int(refused as i32).into(),
        }
    }
}
