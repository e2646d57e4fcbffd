//! What pycryptodome's compiled libraries do, for `python/pycryptodome.py`, which has their functions.
//! The stand-ins of bcrypt and cryptography use it, too.

#![forbid(unsafe_code)]

mod block;
mod digest;
mod for_cryptography;
mod mode;
mod stream;

use rustpython_vm::{Context, builtins::PyModuleDef};

/// The module.
pub(crate) fn module_def(context: &Context) -> &'static PyModuleDef {
    _pycryptodome::module_def(context)
}

#[rustpython_vm::pymodule(name = "_krait_stand_ins._pycryptodome")]
mod _pycryptodome {
    use super::{
        block, digest, for_cryptography,
        mode::{self, Refused},
        stream,
    };
    use rustpython_common::lock::PyMutex;
    use rustpython_vm::{
        Py, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
        function::{ArgBytesLike, ArgSequence},
        pyclass,
    };
    use std::sync::Arc;

    /// What a function of the original gives: an error's number, or the bytes that it writes.
    type Written = Result<Vec<u8>, i32>;

    fn given(written: Written, vm: &VirtualMachine) -> PyObjectRef {
        match written {
            Ok(bytes) => vm.ctx.new_bytes(bytes).into(),
            Err(number) => vm.ctx.new_int(number).into(),
        }
    }

    fn refused(vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
        vm.new_value_error("a size is wrong")
    }

    #[pyattr]
    #[pyclass(name = "Block", module = "_krait_stand_ins")]
    #[derive(PyPayload)]
    struct Block {
        cipher: Arc<dyn block::Block>,
    }

    impl core::fmt::Debug for Block {
        fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            formatter.write_str("Block")
        }
    }

    #[pyclass(flags(DISALLOW_INSTANTIATION))]
    impl Block {
        fn turned(&self, data: &ArgBytesLike, encrypts: bool) -> Written {
            let mut data = data.borrow_buf().to_vec();
            if !data.len().is_multiple_of(self.cipher.size()) {
                return Err(Refused::NotEnoughData as i32);
            }
            if encrypts {
                self.cipher.encrypt(&mut data);
            } else {
                self.cipher.decrypt(&mut data);
            }
            Ok(data)
        }

        #[pymethod]
        fn encrypt(zelf: &Py<Self>, data: ArgBytesLike, vm: &VirtualMachine) -> PyObjectRef {
            given(zelf.turned(&data, true), vm)
        }

        #[pymethod]
        fn decrypt(zelf: &Py<Self>, data: ArgBytesLike, vm: &VirtualMachine) -> PyObjectRef {
            given(zelf.turned(&data, false), vm)
        }
    }

    #[pyfunction(name = "block")]
    fn new_block(
        name: String,
        key: ArgBytesLike,
        number: u32,
        salt: ArgBytesLike,
    ) -> Option<Block> {
        let cipher = block::block(&name, &key.borrow_buf(), number, &salt.borrow_buf())?;
        Some(Block { cipher })
    }

    #[pyattr]
    #[pyclass(name = "Mode", module = "_krait_stand_ins")]
    #[derive(PyPayload)]
    struct Mode {
        mode: PyMutex<mode::Mode>,
    }

    impl core::fmt::Debug for Mode {
        fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            formatter.write_str("Mode")
        }
    }

    #[pyclass(flags(DISALLOW_INSTANTIATION))]
    impl Mode {
        fn turned(&self, data: &ArgBytesLike, encrypts: bool) -> Written {
            let mut data = data.borrow_buf().to_vec();
            let done = self.mode.lock().process(&mut data, encrypts);
            done.map(|()| data).map_err(|refused| refused as i32)
        }

        #[pymethod]
        fn encrypt(zelf: &Py<Self>, data: ArgBytesLike, vm: &VirtualMachine) -> PyObjectRef {
            given(zelf.turned(&data, true), vm)
        }

        #[pymethod]
        fn decrypt(zelf: &Py<Self>, data: ArgBytesLike, vm: &VirtualMachine) -> PyObjectRef {
            given(zelf.turned(&data, false), vm)
        }

        #[pymethod]
        fn update(zelf: &Py<Self>, data: ArgBytesLike) -> i32 {
            let data = data.borrow_buf().to_vec();
            zelf.mode.lock().authenticate(&data).map_or_else(|refused| refused as i32, |()| 0)
        }

        #[pymethod]
        fn tag(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
            given(zelf.mode.lock().tag().map_err(|refused| refused as i32), vm)
        }

        #[pymethod]
        fn check(zelf: &Py<Self>, length: usize) -> i32 {
            let room = zelf.mode.lock().has_room(length);
            if room { 0 } else { Refused::RepeatedKeyStream as i32 }
        }

        #[pymethod]
        fn copy(zelf: &Py<Self>) -> Self {
            Self { mode: PyMutex::new(zelf.mode.lock().clone()) }
        }
    }

    #[pyfunction(name = "mode")]
    fn new_mode(
        name: String,
        cipher: PyRef<Block>,
        vector: ArgBytesLike,
        one: usize,
        two: usize,
        three: usize,
        vm: &VirtualMachine,
    ) -> PyObjectRef {
        let vector = vector.borrow_buf().to_vec();
        match mode::Mode::new(&name, cipher.cipher.clone(), vector, [one, two, three]) {
            Ok(mode) => Mode { mode: PyMutex::new(mode) }.into_ref(&vm.ctx).into(),
            Err(refused) => vm.ctx.new_int(refused as i32).into(),
        }
    }

    #[pyattr]
    #[pyclass(name = "Stream", module = "_krait_stand_ins")]
    #[derive(PyPayload)]
    struct Stream {
        stream: PyMutex<stream::Stream>,
    }

    impl core::fmt::Debug for Stream {
        fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            formatter.write_str("Stream")
        }
    }

    /// The number of the error that the key stream has an end.
    const MAX_DATA: i32 = 10;

    #[pyclass(flags(DISALLOW_INSTANTIATION))]
    impl Stream {
        #[pymethod]
        fn encrypt(zelf: &Py<Self>, data: ArgBytesLike, vm: &VirtualMachine) -> PyObjectRef {
            let mut data = data.borrow_buf().to_vec();
            let fits = zelf.stream.lock().process(&mut data);
            given(if fits { Ok(data) } else { Err(MAX_DATA) }, vm)
        }

        #[pymethod]
        fn encrypt_ahead(
            zelf: &Py<Self>,
            data: ArgBytesLike,
            offset: usize,
            vm: &VirtualMachine,
        ) -> PyObjectRef {
            let mut data = data.borrow_buf().to_vec();
            let fits = zelf.stream.lock().process_ahead(&mut data, offset);
            given(if fits { Ok(data) } else { Err(MAX_DATA) }, vm)
        }

        #[pymethod]
        fn seek(zelf: &Py<Self>, block: u64, offset: u32) -> i32 {
            let position = u128::from(block) * 64 + u128::from(offset);
            if zelf.stream.lock().seek(position) { 0 } else { MAX_DATA }
        }

        #[pymethod]
        fn check(zelf: &Py<Self>, length: usize) -> i32 {
            if zelf.stream.lock().has_room(length) { 0 } else { MAX_DATA }
        }

        #[pymethod]
        fn skip(zelf: &Py<Self>, length: usize) -> i32 {
            if zelf.stream.lock().skip(length) { 0 } else { MAX_DATA }
        }
    }

    #[pyfunction(name = "stream")]
    fn new_stream(name: String, key: ArgBytesLike, nonce: ArgBytesLike) -> Option<Stream> {
        let stream = stream::Stream::new(&name, &key.borrow_buf(), &nonce.borrow_buf())?;
        Some(Stream { stream: PyMutex::new(stream) })
    }

    #[pyfunction]
    fn hchacha20(key: ArgBytesLike, nonce: ArgBytesLike, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
        stream::hchacha(&key.borrow_buf(), &nonce.borrow_buf()).ok_or_else(|| refused(vm))
    }

    #[pyfunction]
    fn scrypt_mixed(block: ArgBytesLike, cost: usize, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
        let block = block.borrow_buf().to_vec();
        stream::scrypt_mixed(&block, cost).ok_or_else(|| refused(vm))
    }

    #[pyattr]
    #[pyclass(name = "Digest", module = "_krait_stand_ins")]
    #[derive(PyPayload)]
    struct Digest {
        digest: PyMutex<digest::Digest>,
    }

    impl core::fmt::Debug for Digest {
        fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            formatter.write_str("Digest")
        }
    }

    #[pyclass(flags(DISALLOW_INSTANTIATION))]
    impl Digest {
        #[pymethod]
        fn update(zelf: &Py<Self>, data: ArgBytesLike) -> i32 {
            let data = data.borrow_buf();
            zelf.digest.lock().update(&data);
            0
        }

        #[pymethod]
        fn result(zelf: &Py<Self>) -> Vec<u8> {
            zelf.digest.lock().result()
        }

        /// Becomes what another is.
        #[pymethod]
        fn become_like(zelf: &Py<Self>, other: PyRef<Self>) -> i32 {
            let other = other.digest.lock().clone();
            *zelf.digest.lock() = other;
            0
        }
    }

    #[pyfunction(name = "digest")]
    fn new_digest(name: String, size: usize, key: ArgBytesLike) -> Option<Digest> {
        let digest = digest::Digest::new(&name, size, &key.borrow_buf())?;
        Some(Digest { digest: PyMutex::new(digest) })
    }

    #[pyfunction]
    fn hmac_chain(
        inner: PyRef<Digest>,
        outer: PyRef<Digest>,
        first: ArgBytesLike,
        count: usize,
    ) -> Vec<u8> {
        let [inner, outer] = [inner.digest.lock().clone(), outer.digest.lock().clone()];
        let first = first.borrow_buf().to_vec();
        digest::hmac_chain([&inner, &outer], &first, count)
    }

    #[pyattr]
    #[pyclass(name = "Sponge", module = "_krait_stand_ins")]
    #[derive(PyPayload)]
    struct Sponge {
        sponge: PyMutex<digest::Sponge>,
    }

    impl core::fmt::Debug for Sponge {
        fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            formatter.write_str("Sponge")
        }
    }

    #[pyclass(flags(DISALLOW_INSTANTIATION))]
    impl Sponge {
        #[pymethod]
        fn absorb(zelf: &Py<Self>, data: ArgBytesLike) -> i32 {
            let data = data.borrow_buf();
            if zelf.sponge.lock().absorb(&data) { 0 } else { Refused::Unknown as i32 }
        }

        #[pymethod]
        fn squeeze(zelf: &Py<Self>, length: usize, padding: u8) -> Vec<u8> {
            zelf.sponge.lock().squeeze(length, padding)
        }

        #[pymethod]
        fn copy(zelf: &Py<Self>) -> Self {
            Self { sponge: PyMutex::new(zelf.sponge.lock().clone()) }
        }

        /// Becomes what another is.
        #[pymethod]
        fn become_like(zelf: &Py<Self>, other: PyRef<Self>) -> i32 {
            let other = other.sponge.lock().clone();
            *zelf.sponge.lock() = other;
            0
        }
    }

    #[pyfunction(name = "sponge")]
    fn new_sponge(capacity: usize, rounds: usize) -> Option<Sponge> {
        Some(Sponge { sponge: PyMutex::new(digest::Sponge::new(capacity, rounds)?) })
    }

    #[pyattr]
    #[pyclass(name = "Authenticator", module = "_krait_stand_ins")]
    #[derive(PyPayload)]
    struct Authenticator {
        authenticator: PyMutex<digest::Authenticator>,
    }

    impl core::fmt::Debug for Authenticator {
        fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            formatter.write_str("Authenticator")
        }
    }

    #[pyclass(flags(DISALLOW_INSTANTIATION))]
    impl Authenticator {
        #[pymethod]
        fn update(zelf: &Py<Self>, data: ArgBytesLike) -> i32 {
            let data = data.borrow_buf();
            zelf.authenticator.lock().update(&data);
            0
        }

        #[pymethod]
        fn result(zelf: &Py<Self>) -> Vec<u8> {
            zelf.authenticator.lock().result()
        }
    }

    #[pyfunction]
    fn poly1305(key: ArgBytesLike) -> Option<Authenticator> {
        let authenticator = digest::Authenticator::new(&key.borrow_buf())?;
        Some(Authenticator { authenticator: PyMutex::new(authenticator) })
    }

    #[pyfunction]
    fn ghash(
        key: ArgBytesLike,
        before: ArgBytesLike,
        data: ArgBytesLike,
        vm: &VirtualMachine,
    ) -> PyResult<Vec<u8>> {
        digest::ghash(&key.borrow_buf(), &before.borrow_buf(), &data.borrow_buf())
            .ok_or_else(|| refused(vm))
    }

    #[pyfunction]
    fn strxor(one: ArgBytesLike, other: ArgBytesLike) -> Vec<u8> {
        let mut result = one.borrow_buf().to_vec();
        mode::exclusive_or(&mut result, &other.borrow_buf());
        result
    }

    #[pyfunction]
    fn xts(
        cipher: PyRef<Block>,
        tweak: ArgBytesLike,
        data: ArgBytesLike,
        encrypts: bool,
        vm: &VirtualMachine,
    ) -> PyResult<Vec<u8>> {
        let tweak = <[u8; 16]>::try_from(&*tweak.borrow_buf()).map_err(|_| refused(vm))?;
        let mut data = data.borrow_buf().to_vec();
        let fits = for_cryptography::xts(&*cipher.cipher, tweak, &mut data, encrypts);
        if fits { Ok(data) } else { Err(refused(vm)) }
    }

    #[pyfunction]
    fn polyval(key: ArgBytesLike, data: ArgBytesLike, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
        for_cryptography::polyval(&key.borrow_buf(), &data.borrow_buf()).ok_or_else(|| refused(vm))
    }

    /// `numbers` are passes, lanes, memory in KiB, and the version.
    #[pyfunction]
    fn argon2(
        name: String,
        password: ArgBytesLike,
        salt: ArgBytesLike,
        secret: ArgBytesLike,
        data: ArgBytesLike,
        numbers: ArgSequence<u32>,
        length: usize,
    ) -> Option<Vec<u8>> {
        let [password, salt] = [password, salt].map(|each| each.borrow_buf().to_vec());
        let [secret, data] = [secret, data].map(|each| each.borrow_buf().to_vec());
        let [passes, lanes, memory, version] = <[u32; 4]>::try_from(&*numbers).ok()?;
        let numbers = [passes, lanes, memory];
        let cost = for_cryptography::Cost { secret: &secret, data: &data, numbers, version };
        for_cryptography::argon2(&name, &password, &salt, &cost, length)
    }
}
