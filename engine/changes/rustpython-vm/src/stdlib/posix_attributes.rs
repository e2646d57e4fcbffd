//! `os`: extended attributes of files.

#[pymodule(sub, name = "posix")]
pub(crate) mod posix_attributes {
    use crate::{
        PyObjectRef, PyResult, VirtualMachine,
        builtins::PyListRef,
        convert::ToPyObject,
        exceptions::OSErrorBuilder,
        function::ArgBytesLike,
        ospath::{OsPath, OsPathOrFd, PathConverter},
    };
    use alloc::ffi::CString;
    use core::ffi::{c_char, c_int};

    #[derive(FromArgs)]
    struct AttributeArgs {
        #[pyarg(any)]
        path: PyObjectRef,
        #[pyarg(any)]
        attribute: PyObjectRef,
        #[pyarg(named, default = true)]
        follow_symlinks: bool,
    }

    #[derive(FromArgs)]
    struct SetArgs {
        #[pyarg(any)]
        path: PyObjectRef,
        #[pyarg(any)]
        attribute: PyObjectRef,
        #[pyarg(any)]
        value: ArgBytesLike,
        #[pyarg(any, default)]
        flags: c_int,
        #[pyarg(named, default = true)]
        follow_symlinks: bool,
    }

    #[derive(FromArgs)]
    struct ListArgs {
        #[pyarg(any, default)]
        path: Option<PyObjectRef>,
        #[pyarg(named, default = true)]
        follow_symlinks: bool,
    }

    /// A file whose attributes are asked for: its path, or its number, or its path without following a link.
    enum Place {
        Path(CString),
        Link(CString),
        Number(c_int),
    }

    fn place(
        function: &'static str,
        path: PyObjectRef,
        follow: bool,
        vm: &VirtualMachine,
    ) -> PyResult<(OsPathOrFd<'static>, Place)> {
        let path = PathConverter::new().function(function).try_path_or_fd(path, vm)?;
        let place = match &path {
            OsPathOrFd::Fd(_) if !follow => {
                return Err(vm.new_value_error(format!(
                    "{function}: cannot use fd and follow_symlinks together"
                )));
            }
            OsPathOrFd::Fd(number) => Place::Number(number.as_raw()),
            OsPathOrFd::Path(path) if follow => Place::Path(path.clone().into_cstring(vm)?),
            OsPathOrFd::Path(path) => Place::Link(path.clone().into_cstring(vm)?),
        };
        Ok((path, place))
    }

    fn attribute(function: &'static str, name: PyObjectRef, vm: &VirtualMachine) -> PyResult<CString> {
        PathConverter::new()
            .function(function)
            .argument("attribute")
            .try_path(name, vm)?
            .into_cstring(vm)
    }

    /// Calls with ever more room, until it is enough.
    fn with_room(
        path: OsPathOrFd<'static>,
        rooms: [usize; 2],
        vm: &VirtualMachine,
        mut call: impl FnMut(&mut Vec<u8>) -> isize,
    ) -> PyResult<Vec<u8>> {
        for room in rooms {
            let mut value = vm.new_zeroed_bytes(room)?;
            let result = vm.allow_threads(|| match call(&mut value) {
                -1 => Err(std::io::Error::last_os_error()),
                length => Ok(length as usize),
            });
            match result {
                Ok(length) => {
                    value.truncate(length);
                    return Ok(value);
                }
                Err(error) if error.raw_os_error() == Some(libc::ERANGE) && room != rooms[1] => {}
                Err(error) => return Err(OSErrorBuilder::with_filename(&error, path, vm)),
            }
        }
        Ok(Vec::new())
    }

    #[pyfunction]
    fn getxattr(args: AttributeArgs, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
        let (path, place) = place("getxattr", args.path, args.follow_symlinks, vm)?;
        let name = attribute("getxattr", args.attribute, vm)?;
        vm.audit("os.getxattr", || (path.filename(vm), name.to_string_lossy().into_owned()))?;
        with_room(path, [128, 65536], vm, |value| {
            let (start, room) = (value.as_mut_ptr().cast(), value.len());
            // SAFETY: names end with a zero, and `value` has the room that is told.
            unsafe {
                match &place {
                    Place::Path(path) => libc::getxattr(path.as_ptr(), name.as_ptr(), start, room),
                    Place::Link(path) => libc::lgetxattr(path.as_ptr(), name.as_ptr(), start, room),
                    Place::Number(fd) => libc::fgetxattr(*fd, name.as_ptr(), start, room),
                }
            }
        })
    }

    #[pyfunction]
    fn listxattr(args: ListArgs, vm: &VirtualMachine) -> PyResult<PyListRef> {
        let given = args.path.unwrap_or_else(|| ".".to_pyobject(vm));
        let (path, place) = place("listxattr", given, args.follow_symlinks, vm)?;
        vm.audit("os.listxattr", || (path.filename(vm),))?;
        let names = with_room(path, [256, 65536], vm, |names| {
            let (start, room) = (names.as_mut_ptr().cast::<c_char>(), names.len());
            // SAFETY: as in `getxattr`.
            unsafe {
                match &place {
                    Place::Path(path) => libc::listxattr(path.as_ptr(), start, room),
                    Place::Link(path) => libc::llistxattr(path.as_ptr(), start, room),
                    Place::Number(fd) => libc::flistxattr(*fd, start, room),
                }
            }
        })?;
        let names = names
            .split(|&byte| byte == 0)
            .filter(|name| !name.is_empty())
            .map(|name| {
                use std::os::unix::ffi::OsStrExt;
                vm.fsdecode(OsPath::new_str(std::ffi::OsStr::from_bytes(name)).path).into()
            })
            .collect();
        Ok(vm.ctx.new_list(names))
    }

    fn done(result: c_int, path: OsPathOrFd<'static>, vm: &VirtualMachine) -> PyResult<()> {
        if result == 0 {
            return Ok(());
        }
        let error = std::io::Error::last_os_error();
        Err(OSErrorBuilder::with_filename(&error, path, vm))
    }

    #[pyfunction]
    fn setxattr(args: SetArgs, vm: &VirtualMachine) -> PyResult<()> {
        let (path, place) = place("setxattr", args.path, args.follow_symlinks, vm)?;
        let name = attribute("setxattr", args.attribute, vm)?;
        let value = args.value.borrow_buf_unlocked(vm)?;
        vm.audit("os.setxattr", || {
            (path.filename(vm), name.to_string_lossy().into_owned(), value.to_vec(), args.flags)
        })?;
        let (start, length, flags) = (value.as_ptr().cast(), value.len(), args.flags);
        // SAFETY: names end with a zero, and the value lives during the call.
        let result = unsafe {
            match &place {
                Place::Path(path) => {
                    libc::setxattr(path.as_ptr(), name.as_ptr(), start, length, flags)
                }
                Place::Link(path) => {
                    libc::lsetxattr(path.as_ptr(), name.as_ptr(), start, length, flags)
                }
                Place::Number(fd) => libc::fsetxattr(*fd, name.as_ptr(), start, length, flags),
            }
        };
        done(result, path, vm)
    }

    #[pyfunction]
    fn removexattr(args: AttributeArgs, vm: &VirtualMachine) -> PyResult<()> {
        let (path, place) = place("removexattr", args.path, args.follow_symlinks, vm)?;
        let name = attribute("removexattr", args.attribute, vm)?;
        vm.audit("os.removexattr", || (path.filename(vm), name.to_string_lossy().into_owned()))?;
        // SAFETY: names end with a zero.
        let result = unsafe {
            match &place {
                Place::Path(path) => libc::removexattr(path.as_ptr(), name.as_ptr()),
                Place::Link(path) => libc::lremovexattr(path.as_ptr(), name.as_ptr()),
                Place::Number(fd) => libc::fremovexattr(*fd, name.as_ptr()),
            }
        };
        done(result, path, vm)
    }
}
