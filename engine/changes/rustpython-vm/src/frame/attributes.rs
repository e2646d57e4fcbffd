//! Attributes that specialised instructions find without another count of the object's dict. That is
//! right as long as there is one thread: nobody can take the dict away meanwhile. Globals are found
//! here, too, whatever runs.

use super::{ExecutingFrame, misses};
use crate::{
    Py, PyObject, PyObjectRef, VirtualMachine,
    builtins::{PyDict, PyModule, PyStrInterned, PyType},
    bytecode::Instruction,
};
use core::sync::atomic::{
    AtomicU16,
    Ordering::{Acquire, Relaxed},
};

impl ExecutingFrame<'_> {
    /// What the attribute or method is that the instruction at `index` asks `owner` for; none where
    /// it must be looked for.
    #[inline(always)]
    pub(super) fn attribute(
        &self,
        instruction: Instruction,
        index: usize,
        name: &'static PyStrInterned,
        owner: &PyObject,
        vm: &VirtualMachine,
    ) -> Option<PyObjectRef> {
        self.version_of(index, owner)?;
        let caches = &self.code.instructions;
        match instruction {
            Instruction::LoadAttrWithHint => {
                dict_of(owner)?.value_at(name, caches.read_cache_u16(index + 4), vm)
            }
            Instruction::LoadAttrSlot => owner.get_slot(self.cached_u32(index + 4) as i32 as isize),
            Instruction::LoadAttrMethodWithValues if self.is_shadowed(index, owner, name, vm) => {
                None
            }
            Instruction::LoadAttrNondescriptorWithValues
                if self.is_shadowed(index, owner, name, vm) =>
            {
                None
            }
            Instruction::LoadAttrMethodNoDict | Instruction::LoadAttrMethodWithValues => {
                self.cached_descriptor(index)
            }
            _ => self
                .cached_descriptor(index)
                .filter(|attr| attr.class().slots().descr_get.load().is_none()),
        }
    }

    /// What the attribute of a class is that the instruction at `index` asks `owner` for; none where it
    /// must be looked for.
    #[inline(always)]
    pub(super) fn class_attribute(
        &self,
        instruction: Instruction,
        index: usize,
        owner: &PyObject,
    ) -> Option<PyObjectRef> {
        let version = self.cached_u32(index + 2);
        let class = owner.downcast_ref::<PyType>()?;
        if version == 0 || class.tp_version_tag.load(Acquire) != version {
            return None;
        }
        if matches!(instruction, Instruction::LoadAttrClassWithMetaclassCheck) {
            let metaclass = self.cached_u32(index + 4);
            if metaclass == 0 || owner.class().tp_version_tag().load(Acquire) != metaclass {
                return None;
            }
        }
        self.try_read_cached_plain(index + 1, version)
    }

    /// What the attribute of a module is that the instruction at `index` asks `owner` for; none where it
    /// must be looked for.
    #[inline(always)]
    pub(super) fn module_attribute(
        &self,
        index: usize,
        name: &'static PyStrInterned,
        owner: &PyObject,
        vm: &VirtualMachine,
    ) -> Option<PyObjectRef> {
        let caches = &self.code.instructions;
        let (class, keys) = (caches.read_cache_ptr(index + 7), caches.read_cache_ptr(index + 8));
        if class == 0 || keys == 0 || owner.class().tp_version_tag().load(Acquire) as usize != class
        {
            return None;
        }
        let dict = owner.downcast_ref_if_exact::<PyModule>(vm)?.dict();
        dict.get_cached_module_attr(name, keys, caches.read_cache_ptr(index + 9), vm)
    }

    /// The value of the name that the instruction at `index` loads, from the module or from what is
    /// built in; none where it must be looked for.
    #[inline(always)]
    pub(super) fn global(
        &self,
        instruction: Instruction,
        index: usize,
        vm: &VirtualMachine,
    ) -> Option<PyObjectRef> {
        let caches = &self.code.instructions;
        // SAFETY: the cache of the instruction at `index` lies behind it, four units long.
        let cached = |at: usize| unsafe {
            (*caches.units_ptr().cast::<AtomicU16>().add(index + at)).load(Relaxed)
        };
        let (version, entry) = (cached(2), cached(4));
        if version == 0 {
            return None;
        }
        if matches!(instruction, Instruction::LoadGlobalModule) {
            return self.globals().get_item_by_index_and_keys_version(version, entry);
        }
        let builtins = cached(3);
        let has_no_such_name = u32::from(version) == self.globals().keys_version();
        if builtins == 0 || !has_no_such_name {
            return None;
        }
        let dict = self.builtins().downcast_ref_if_exact::<PyDict>(vm)?;
        dict.get_item_by_index_and_keys_version(builtins, entry)
    }

    /// The number in the two units from `at` on, which are of the cache of the instruction that runs.
    #[inline(always)]
    pub(super) fn cached_u32(&self, at: usize) -> u32 {
        // SAFETY: the cache of an instruction lies behind it.
        let unit = |at: usize| unsafe {
            (*self.code.instructions.units_ptr().cast::<AtomicU16>().add(at)).load(Relaxed)
        };
        u32::from(unit(at)) | u32::from(unit(at + 1)) << 16
    }

    /// What the cache of the instruction at `index` holds; [`Self::version_of`] must have found it right.
    #[inline(always)]
    fn cached_descriptor(&self, index: usize) -> Option<PyObjectRef> {
        let cached = self.code.instructions.read_cache_ptr(index + 6) as *const PyObject;
        // SAFETY: the cache has a count of what it points to, and with one thread nobody takes it away
        // meanwhile.
        unsafe { cached.as_ref() }.map(ToOwned::to_owned)
    }

    /// Whether `owner` may have an attribute of its own where its class has one.
    #[inline(always)]
    fn is_shadowed(
        &self,
        index: usize,
        owner: &PyObject,
        name: &PyStrInterned,
        vm: &VirtualMachine,
    ) -> bool {
        let known = self.code.instructions.read_cache_ptr(index + 4);
        dict_of(owner).is_some_and(|dict| {
            (known == 0 || known != dict.keys_version() as usize) && !dict.has_none_like(name, vm)
        })
    }

    /// The dict and the place in it where the instruction at `index` stores an attribute of `owner`.
    #[inline(always)]
    pub(super) fn stored_in<'a>(
        &self,
        index: usize,
        owner: &'a PyObject,
    ) -> Option<(&'a Py<PyDict>, u16)> {
        self.version_of(index, owner)?;
        Some((dict_of(owner)?, self.code.instructions.read_cache_u16(index + 4)))
    }

    /// Has the instruction at `index` look for its attribute at `place` from now on.
    pub(super) fn place_is(&self, index: usize, place: u16) {
        // SAFETY: the instruction has a cache there, and nobody else writes it: there is one thread.
        unsafe { self.code.instructions.write_cache_u16(index + 4, place) };
    }

    /// The version of `owner`'s class, if that is what the instruction at `index` is for.
    #[inline(always)]
    pub(super) fn version_of(&self, index: usize, owner: &PyObject) -> Option<u32> {
        let version = self.cached_u32(index + 2);
        let same = owner.class().tp_version_tag().load(Relaxed) == version;
        (version != 0 && same && !misses::had_threads()).then_some(version)
    }
}

#[inline(always)]
fn dict_of(owner: &PyObject) -> Option<&Py<PyDict>> {
    owner.instance_dict()?.dict.deref()
}
