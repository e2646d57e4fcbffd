//! Stand-ins for the compiled halves of packages that people install, which krait does not load.
//!
//! A native module here is called `_krait_stand_ins.NAME`, where NAME is the full name of the module
//! that it stands in for. Stand-ins of Python are in `python/`, a package of that name. Which there are
//! is told in `stdlib-shims/extensions.toml`; `python/__init__.py` has how one comes to be imported.

mod brotli;
mod greenlet;
mod lz4;
mod murmur;
mod orjson;
mod psutil;
mod psycopg2;
mod pycryptodome;
mod ujson;
mod xxhash;
mod zstd;

use rustpython_vm::{Context, builtins::PyModuleDef};

/// The native stand-ins.
pub fn native_modules(context: &Context) -> Vec<&'static PyModuleDef> {
    vec![
        brotli::module_def(context),
        greenlet::module_def(context),
        lz4::module_def(context),
        murmur::module_def(context),
        orjson::module_def(context),
        psutil::module_def(context),
        psycopg2::module_def(context),
        pycryptodome::module_def(context),
        ujson::module_def(context),
        xxhash::module_def(context),
        zstd::module_def(context),
    ]
}
