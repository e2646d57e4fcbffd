//! The stack of a frame, as the small loop has it, and the values on it.

use crate::{PyObject, PyObjectRef, PyStackRef, frame::LocalsPlus};

/// The stack of a frame while [`ExecutingFrame::run_fast`] has it.
pub(super) struct Stack {
    /// Where the first local variable is.
    pub(super) locals: *mut usize,
    /// Where the stack begins.
    pub(super) base: *mut usize,
    /// Behind the topmost value.
    pub(super) top: *mut usize,
}

impl Stack {
    pub(super) fn of(values: &mut LocalsPlus) -> Self {
        let locals = values.data_as_mut_slice().as_mut_ptr();
        // SAFETY: the stack is behind the local variables, as deep as it says.
        unsafe {
            let base = locals.add(values.nlocalsplus as usize);
            Self { locals, base, top: base.add(values.stack_top as usize) }
        }
    }

    /// # Safety
    /// There is room: the compiler counted how deep the stack of this code becomes.
    #[inline(always)]
    pub(super) unsafe fn push(&mut self, value: usize) {
        unsafe {
            *self.top = value;
            self.top = self.top.add(1);
        }
    }

    /// # Safety
    /// A value is there.
    #[inline(always)]
    pub(super) unsafe fn pop(&mut self) -> usize {
        unsafe {
            self.top = self.top.sub(1);
            core::mem::replace(&mut *self.top, 0)
        }
    }

    /// The value `depth` below the topmost, which is at 1.
    ///
    /// # Safety
    /// It is there, and not null; it is not popped while the reference lives.
    #[inline(always)]
    pub(super) unsafe fn peek<'a>(&self, depth: usize) -> &'a PyObject {
        unsafe { &*((*self.top.sub(depth) & !1) as *const PyObject) }
    }

    /// The value of a local variable, if it has one.
    ///
    /// # Safety
    /// The code has that variable; it is not given another value while the reference lives.
    #[inline(always)]
    pub(super) unsafe fn local<'a>(&self, at: usize) -> Option<&'a PyObject> {
        unsafe { (*self.locals.add(at) as *const PyObject).as_ref() }
    }

    pub(super) fn depth(&self) -> u32 {
        // SAFETY: both are in the same allocation.
        unsafe { self.top.offset_from(self.base) as u32 }
    }
}

/// A value with a count of its own, as it lies on the stack.
#[inline(always)]
pub(super) fn owned(value: PyObjectRef) -> usize {
    value.into_raw().as_ptr() as usize
}

/// Of a value that lives longer than the stack.
#[inline(always)]
pub(super) fn borrowed(value: &PyObject) -> usize {
    value as *const PyObject as usize | 1
}

/// # Safety
/// `value` was taken from a stack, and is in one place only.
#[inline(always)]
pub(super) unsafe fn to_stack_ref(value: usize) -> Option<PyStackRef> {
    unsafe { core::mem::transmute::<usize, Option<PyStackRef>>(value) }
}
