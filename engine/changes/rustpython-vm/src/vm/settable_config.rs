//! The configuration of an interpreter that was built before it was known what it is for.

use super::PyConfig;
use core::{cell::UnsafeCell, ops::Deref};

/// A configuration that can be set anew, once, before the interpreter runs a program.
pub struct SettableConfig(UnsafeCell<PyConfig>);

// SAFETY: it is read alone but for `set`, whose caller is alone.
unsafe impl Send for SettableConfig {}
// SAFETY: as above.
unsafe impl Sync for SettableConfig {}

impl SettableConfig {
    #[must_use]
    pub const fn new(config: PyConfig) -> Self {
        Self(UnsafeCell::new(config))
    }

    /// Sets it anew. What `sys` tells of it is set by [`crate::stdlib::sys::tell_settings`].
    ///
    /// # Safety
    /// There is one thread, and nobody holds on to a part of what was there.
    pub unsafe fn set(&self, config: PyConfig) {
        // SAFETY: the caller's promise.
        unsafe { *self.0.get() = config };
    }
}

impl Clone for SettableConfig {
    fn clone(&self) -> Self {
        Self::new((**self).clone())
    }
}

impl Deref for SettableConfig {
    type Target = PyConfig;

    fn deref(&self) -> &PyConfig {
        // SAFETY: nobody writes to it meanwhile: see `set`.
        unsafe { &*self.0.get() }
    }
}
