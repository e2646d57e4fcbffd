//! `os`: files by vectors, places and ranges, and the parts of a device's number.

#[pymodule(sub, name = "posix")]
pub(crate) mod posix_vectors {
    use super::super::file_descriptor::{FileDescriptor, checked, uninterrupted};
    use crate::{
        AsObject, PyObject, PyObjectRef, PyResult, TryFromObject, VirtualMachine,
        convert::IntoPyException,
        function::{ArgBytesLike, FsPath, OptionalArg},
        protocol::{BufferFlags, PyBuffer},
    };
    use malachite_bigint::{BigInt, Sign};
    use num_traits::ToPrimitive;
    use std::io;

    #[pyattr]
    const RWF_APPEND: i32 = 0x10;
    #[pyattr]
    const RWF_DSYNC: i32 = 2;
    #[pyattr]
    const RWF_HIPRI: i32 = 1;
    #[pyattr]
    const RWF_NOWAIT: i32 = 8;
    #[pyattr]
    const RWF_SYNC: i32 = 4;
    #[pyattr]
    const O_ACCMODE: i32 = libc::O_ACCMODE;
    #[pyattr]
    const O_FSYNC: i32 = libc::O_SYNC;
    #[pyattr]
    const O_LARGEFILE: i32 = 0;
    #[pyattr]
    const XATTR_SIZE_MAX: i32 = 65536;
    #[pyattr]
    const TMP_MAX: i32 = 238_328;
    #[pyattr]
    const MFD_HUGE_64KB: u32 = 16 << 26;
    #[pyattr]
    const MFD_HUGE_512KB: u32 = 19 << 26;
    #[pyattr]
    const MFD_HUGE_1MB: u32 = 20 << 26;
    #[pyattr]
    const MFD_HUGE_2MB: u32 = 21 << 26;
    #[pyattr]
    const MFD_HUGE_8MB: u32 = 23 << 26;
    #[pyattr]
    const MFD_HUGE_16MB: u32 = 24 << 26;
    #[pyattr]
    const MFD_HUGE_32MB: u32 = 25 << 26;
    #[pyattr]
    const MFD_HUGE_256MB: u32 = 28 << 26;
    #[pyattr]
    const MFD_HUGE_512MB: u32 = 29 << 26;
    #[pyattr]
    const MFD_HUGE_1GB: u32 = 30 << 26;
    #[pyattr]
    const MFD_HUGE_2GB: u32 = 31 << 26;
    #[pyattr]
    const MFD_HUGE_16GB: u32 = 34 << 26;

    #[derive(FromArgs)]
    struct DescriptorArgs {
        #[pyarg(any)]
        fd: FileDescriptor,
    }

    #[pyfunction]
    fn fdatasync(args: DescriptorArgs, vm: &VirtualMachine) -> PyResult<()> {
        // SAFETY: a number of a file is no address.
        uninterrupted(vm, || i64::from(unsafe { libc::fdatasync(args.fd.0) })).map(drop)
    }

    #[pyfunction]
    fn lockf(fd: i32, command: i32, length: i64, vm: &VirtualMachine) -> PyResult<()> {
        vm.audit("os.lockf", || (fd, command, length))?;
        // SAFETY: numbers only.
        uninterrupted(vm, || i64::from(unsafe { libc::lockf(fd, command, length) })).map(drop)
    }

    /// The calls that return their error instead of setting `errno`.
    fn told(vm: &VirtualMachine, mut call: impl FnMut() -> i32) -> PyResult<()> {
        loop {
            match vm.allow_threads(&mut call) {
                0 => return Ok(()),
                libc::EINTR => vm.check_signals()?,
                number => return Err(io::Error::from_raw_os_error(number).into_pyexception(vm)),
            }
        }
    }

    #[pyfunction]
    fn posix_fallocate(fd: i32, offset: i64, length: i64, vm: &VirtualMachine) -> PyResult<()> {
        // SAFETY: numbers only.
        told(vm, || unsafe { libc::posix_fallocate(fd, offset, length) })
    }

    #[pyfunction]
    fn posix_fadvise(
        fd: i32,
        offset: i64,
        length: i64,
        advice: i32,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        // SAFETY: numbers only.
        told(vm, || unsafe { libc::posix_fadvise(fd, offset, length, advice) })
    }

    fn sequence(name: &str, buffers: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        if !buffers.sequence_unchecked().check() {
            return Err(vm.new_type_error(format!("{name}() arg 2 must be a sequence")));
        }
        vm.extract_elements_with(buffers, Ok)
    }

    /// Reads into places of our own, and copies: no lock of a buffer is held meanwhile.
    fn read_into(
        name: &str,
        buffers: &PyObject,
        vm: &VirtualMachine,
        mut call: impl FnMut(*const libc::iovec, i32) -> isize,
    ) -> PyResult<usize> {
        let targets = sequence(name, buffers, vm)?
            .iter()
            .map(|each| {
                let buffer = PyBuffer::from_object(vm, each, BufferFlags::SIMPLE)?;
                if buffer.desc.readonly {
                    return Err(vm.new_buffer_error("Object is not writable."));
                }
                Ok(buffer)
            })
            .collect::<PyResult<Vec<_>>>()?;
        let mut places = targets
            .iter()
            .map(|each| vm.new_zeroed_bytes(each.desc.len))
            .collect::<PyResult<Vec<_>>>()?;
        let vectors = places
            .iter_mut()
            .map(|each| libc::iovec {
                iov_base: each.as_mut_ptr().cast(),
                iov_len: each.len(),
            })
            .collect::<Vec<_>>();
        let read = uninterrupted(vm, || call(vectors.as_ptr(), vectors.len() as i32) as i64)?;
        let mut left = read as usize;
        for (target, place) in targets.iter().zip(&places) {
            let count = left.min(place.len());
            if let Some(mut bytes) = target.as_contiguous_mut() {
                bytes[..count].copy_from_slice(&place[..count]);
            }
            left -= count;
        }
        Ok(read as usize)
    }

    fn write_from(
        name: &str,
        buffers: &PyObject,
        vm: &VirtualMachine,
        mut call: impl FnMut(*const libc::iovec, i32) -> isize,
    ) -> PyResult<usize> {
        let sources = sequence(name, buffers, vm)?
            .into_iter()
            .map(|each| ArgBytesLike::try_from_object(vm, each))
            .collect::<PyResult<Vec<_>>>()?;
        let sources = sources
            .iter()
            .map(|each| each.borrow_buf_unlocked(vm))
            .collect::<PyResult<Vec<_>>>()?;
        let vectors = sources
            .iter()
            .map(|each| libc::iovec {
                iov_base: each.as_ptr().cast_mut().cast(),
                iov_len: each.len(),
            })
            .collect::<Vec<_>>();
        uninterrupted(vm, || call(vectors.as_ptr(), vectors.len() as i32) as i64).map(|n| n as usize)
    }

    #[pyfunction]
    fn readv(fd: i32, buffers: PyObjectRef, vm: &VirtualMachine) -> PyResult<usize> {
        // SAFETY: `read_into` gives vectors that live, and may be written to, during the call.
        read_into("readv", &buffers, vm, |vectors, count| unsafe {
            libc::readv(fd, vectors, count)
        })
    }

    #[pyfunction]
    fn writev(fd: i32, buffers: PyObjectRef, vm: &VirtualMachine) -> PyResult<usize> {
        // SAFETY: `write_from` gives vectors that live during the call.
        write_from("writev", &buffers, vm, |vectors, count| unsafe {
            libc::writev(fd, vectors, count)
        })
    }

    #[pyfunction]
    fn preadv(
        fd: i32,
        buffers: PyObjectRef,
        offset: i64,
        flags: OptionalArg<i32>,
        vm: &VirtualMachine,
    ) -> PyResult<usize> {
        let flags = flags.unwrap_or(0);
        // SAFETY: as in `readv`.
        read_into("preadv2", &buffers, vm, |vectors, count| unsafe {
            libc::preadv2(fd, vectors, count, offset, flags)
        })
    }

    #[pyfunction]
    fn pwritev(
        fd: i32,
        buffers: PyObjectRef,
        offset: i64,
        flags: OptionalArg<i32>,
        vm: &VirtualMachine,
    ) -> PyResult<usize> {
        let flags = flags.unwrap_or(0);
        // SAFETY: as in `writev`.
        write_from("pwritev", &buffers, vm, |vectors, count| unsafe {
            libc::pwritev2(fd, vectors, count, offset, flags)
        })
    }

    #[derive(FromArgs)]
    struct SpliceArgs {
        #[pyarg(any)]
        src: i32,
        #[pyarg(any)]
        dst: i32,
        #[pyarg(any)]
        count: isize,
        #[pyarg(any, default)]
        offset_src: Option<i64>,
        #[pyarg(any, default)]
        offset_dst: Option<i64>,
        #[pyarg(any, default)]
        flags: u32,
    }

    #[pyfunction]
    fn splice(args: SpliceArgs, vm: &VirtualMachine) -> PyResult<i64> {
        let count = usize::try_from(args.count)
            .map_err(|_| vm.new_value_error("negative value for 'count' not allowed"))?;
        let (mut from, mut to) = (args.offset_src, args.offset_dst);
        let from = from.as_mut().map_or(core::ptr::null_mut(), |each| each as *mut i64);
        let to = to.as_mut().map_or(core::ptr::null_mut(), |each| each as *mut i64);
        // SAFETY: both places are null or live during the call.
        uninterrupted(vm, || unsafe {
            libc::splice(args.src, from, args.dst, to, count, args.flags) as i64
        })
    }

    #[derive(FromArgs)]
    struct MemfdArgs {
        #[pyarg(any)]
        name: PyObjectRef,
        #[pyarg(any, default = libc::MFD_CLOEXEC)]
        flags: u32,
    }

    #[pyfunction]
    fn memfd_create(args: MemfdArgs, vm: &VirtualMachine) -> PyResult<i64> {
        let path = FsPath::try_from_path_like(args.name, false, vm)?;
        let path = path.as_os_str(vm)?.into_owned();
        let name = alloc::ffi::CString::new(path.into_encoded_bytes())
            .map_err(|_| vm.new_value_error("embedded null byte"))?;
        // SAFETY: the name ends with a zero and lives during the call.
        checked(
            i64::from(unsafe { libc::memfd_create(name.as_ptr(), args.flags) }),
            vm,
        )
    }

    /// A device's number, or a part of one. -1 is none.
    struct Device(u64);

    impl TryFromObject for Device {
        fn try_from_object(vm: &VirtualMachine, obj: PyObjectRef) -> PyResult<Self> {
            let number = obj.try_index(vm)?;
            let number: &BigInt = number.as_bigint();
            if let Some(number) = number.to_u64() {
                return Ok(Self(number));
            }
            if number.to_i64() == Some(-1) {
                return Ok(Self(u64::MAX));
            }
            Err(vm.new_overflow_error(match number.sign() {
                Sign::Minus => "can't convert negative int to unsigned",
                _ => "int too big to convert",
            }))
        }
    }

    fn device(number: u64, vm: &VirtualMachine) -> PyObjectRef {
        match number {
            u64::MAX => vm.ctx.new_int(-1).into(),
            number => vm.ctx.new_int(number).into(),
        }
    }

    #[pyfunction]
    fn major(number: Device, vm: &VirtualMachine) -> PyObjectRef {
        let number = number.0;
        device(if number == u64::MAX { number } else { libc::major(number).into() }, vm)
    }

    #[pyfunction]
    fn minor(number: Device, vm: &VirtualMachine) -> PyObjectRef {
        let number = number.0;
        device(if number == u64::MAX { number } else { libc::minor(number).into() }, vm)
    }

    #[pyfunction]
    fn makedev(major: Device, minor: Device, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
        let (major, minor) = (major.0, minor.0);
        if major == u64::MAX && minor == u64::MAX {
            return Ok(device(u64::MAX, vm));
        }
        // One of the two may be "none", as -1.
        let part = |number: u64| match number {
            u64::MAX => Ok(u32::MAX),
            number => u32::try_from(number).map_err(|_| {
                vm.new_overflow_error("Python int too large to convert to C unsigned int")
            }),
        };
        Ok(device(libc::makedev(part(major)?, part(minor)?), vm))
    }
}
