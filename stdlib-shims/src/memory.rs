//! Memory by its address, for `python/replace/_ctypes.py`.
//!
//! With a wrong address, a function reads other memory or ends the process, as with CPython's
//! `ctypes`. Address 0 is an exception.

use rustpython_vm::{Context, builtins::PyModuleDef};

/// The module `_krait_memory`.
pub(crate) fn module_def(context: &Context) -> &'static PyModuleDef {
    _krait_memory::module_def(context)
}

#[rustpython_vm::pymodule]
mod _krait_memory {
    use rustpython_common::borrow::{BorrowedValue, BorrowedValueMut};
    use rustpython_vm::{
        Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, Traverse, VirtualMachine,
        builtins::{PyCapsule, PyMemoryView},
        function::ArgBytesLike,
        protocol::{BufferDescriptor, BufferMethods, PyBuffer},
        pyclass,
        types::AsBuffer,
    };
    use std::{
        borrow::Cow,
        ffi::{CStr, c_char},
        mem::ManuallyDrop,
        ptr, slice,
    };

    fn check(address: usize, size: usize, vm: &VirtualMachine) -> PyResult<()> {
        if size > 0 && (address == 0 || address.checked_add(size).is_none()) {
            return Err(vm.new_value_error("NULL pointer access"));
        }
        Ok(())
    }

    /// Where a buffer's bytes are.
    #[pyfunction]
    fn address(buffer: ArgBytesLike) -> usize {
        buffer.with_ref(|bytes| bytes.as_ptr().expose_provenance())
    }

    #[pyfunction]
    fn read(address: usize, size: usize, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
        check(address, size, vm)?;
        let mut bytes = vec![0; size];
        // SAFETY: the caller's address, see the module's own documentation.
        unsafe {
            let from = ptr::with_exposed_provenance::<u8>(address);
            ptr::copy_nonoverlapping(from, bytes.as_mut_ptr(), size);
        }
        Ok(bytes)
    }

    #[pyfunction]
    fn write(address: usize, content: ArgBytesLike, vm: &VirtualMachine) -> PyResult<()> {
        content.with_ref(|bytes| {
            check(address, bytes.len(), vm)?;
            // SAFETY: as above. What is written may be the source.
            unsafe {
                let to = ptr::with_exposed_provenance_mut::<u8>(address);
                ptr::copy(bytes.as_ptr(), to, bytes.len());
            }
            Ok(())
        })
    }

    /// How many units, of 1 or 4 bytes, there are before one that is zero.
    #[pyfunction]
    fn length(address: usize, unit: usize, vm: &VirtualMachine) -> PyResult<usize> {
        check(address, unit, vm)?;
        let mut count = 0;
        loop {
            // SAFETY: as above.
            let is_zero = unsafe {
                let place = ptr::with_exposed_provenance::<u8>(address + count * unit);
                slice::from_raw_parts(place, unit).iter().all(|byte| *byte == 0)
            };
            if is_zero {
                return Ok(count);
            }
            count += 1;
        }
    }

    #[pyfunction(name = "move")]
    fn move_(to: usize, from: usize, count: usize, vm: &VirtualMachine) -> PyResult<()> {
        check(to, count, vm)?;
        check(from, count, vm)?;
        // SAFETY: as above.
        unsafe {
            let to = ptr::with_exposed_provenance_mut::<u8>(to);
            ptr::copy(ptr::with_exposed_provenance(from), to, count);
        }
        Ok(())
    }

    #[pyfunction]
    fn fill(to: usize, byte: u8, count: usize, vm: &VirtualMachine) -> PyResult<()> {
        check(to, count, vm)?;
        // SAFETY: as above.
        unsafe { ptr::write_bytes(ptr::with_exposed_provenance_mut::<u8>(to), byte, count) };
        Ok(())
    }

    /// The object at an address, which is what `id` gives.
    #[pyfunction]
    fn object_at(address: usize, vm: &VirtualMachine) -> PyResult {
        let object = ptr::with_exposed_provenance_mut::<PyObject>(address);
        let Some(object) = ptr::NonNull::new(object) else {
            return Err(vm.new_value_error("NULL pointer access"));
        };
        // SAFETY: as above; the reference that is there stays whose it is.
        let object = ManuallyDrop::new(unsafe { PyObjectRef::from_raw(object) });
        Ok(PyObjectRef::clone(&object))
    }

    /// A capsule. Its name, if it has one, is at an address where it stays.
    #[pyfunction]
    fn capsule(pointer: usize, name: usize) -> PyCapsule {
        let name = ptr::with_exposed_provenance::<c_char>(name);
        // SAFETY: as above.
        let name = (!name.is_null()).then(|| unsafe { CStr::from_ptr(name) });
        PyCapsule::new(ptr::with_exposed_provenance_mut(pointer), name, None)
    }

    #[pyfunction]
    fn capsule_pointer(capsule: PyRef<PyCapsule>) -> usize {
        capsule.pointer().expose_provenance()
    }

    #[pyfunction]
    fn capsule_context(capsule: PyRef<PyCapsule>) -> usize {
        capsule.context().expose_provenance()
    }

    /// Where its name is; 0 if it has none.
    #[pyfunction]
    fn capsule_name(capsule: PyRef<PyCapsule>) -> usize {
        capsule.name().map_or(0, |name| name.as_ptr().expose_provenance())
    }

    #[pyfunction]
    fn set_capsule(capsule: PyRef<PyCapsule>, pointer: usize, context: usize) {
        capsule.set_pointer(ptr::with_exposed_provenance_mut(pointer));
        capsule.set_context(ptr::with_exposed_provenance_mut(context));
    }

    #[derive(rustpython_vm::FromArgs)]
    struct ViewArguments {
        #[pyarg(positional)]
        address: usize,
        #[pyarg(positional)]
        size: usize,
        #[pyarg(positional)]
        is_readonly: bool,
        #[pyarg(positional)]
        unit: usize,
        #[pyarg(positional)]
        format: String,
        #[pyarg(positional)]
        shape: Vec<usize>,
        #[pyarg(positional)]
        owner: PyObjectRef,
    }

    /// A view of memory, in units of a format, in so many dimensions.
    #[pyfunction]
    fn view(arguments: ViewArguments, vm: &VirtualMachine) -> PyResult<PyMemoryView> {
        let ViewArguments { address, size, is_readonly, unit, format, shape, owner } = arguments;
        check(address, size, vm)?;
        let mut stride = unit;
        let mut dimensions: Vec<_> = shape
            .iter()
            .rev()
            .map(|length| {
                let dimension = (*length, stride as isize, 0);
                stride *= length;
                dimension
            })
            .collect();
        dimensions.reverse();
        if stride != size {
            return Err(vm.new_value_error("the shape is not the memory's"));
        }
        let description = BufferDescriptor {
            offset: 0,
            len: size,
            readonly: is_readonly,
            itemsize: unit,
            format: Cow::Owned(format),
            dim_desc: dimensions,
        };
        let memory = Memory { address, size, owner }.into_ref(&vm.ctx).into();
        PyMemoryView::from_buffer(PyBuffer::new(memory, description, &METHODS), vm)
    }

    /// Memory that is exported, and who owns it.
    #[pyattr]
    #[pyclass(name = "Memory", module = "_krait_memory", traverse)]
    #[derive(Debug, PyPayload)]
    struct Memory {
        #[pytraverse(skip)]
        address: usize,
        #[pytraverse(skip)]
        size: usize,
        owner: PyObjectRef,
    }

    static METHODS: BufferMethods = BufferMethods {
        obj_bytes: |buffer| {
            let memory = buffer.obj_as::<Memory>();
            // SAFETY: as above; the owner keeps it.
            BorrowedValue::Ref(unsafe { slice::from_raw_parts(memory.place(), memory.size) })
        },
        obj_bytes_mut: |buffer| {
            let memory = buffer.obj_as::<Memory>();
            // SAFETY: as above.
            BorrowedValueMut::RefMut(unsafe {
                slice::from_raw_parts_mut(memory.place(), memory.size)
            })
        },
        release: |_| {},
        retain: |_| {},
    };

    impl Memory {
        /// Where it is, or anywhere if there is nothing.
        fn place(&self) -> *mut u8 {
            match self.size {
                0 => ptr::dangling_mut(),
                _ => ptr::with_exposed_provenance_mut(self.address),
            }
        }
    }

    #[pyclass(with(AsBuffer), flags(DISALLOW_INSTANTIATION))]
    impl Memory {}

    impl AsBuffer for Memory {
        fn as_buffer(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<PyBuffer> {
            let description = BufferDescriptor::simple(zelf.size, false);
            Ok(PyBuffer::new(zelf.to_owned().into(), description, &METHODS))
        }
    }
}
