//! Memory that many share: who needs more than a little takes it from here, and gives it back.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// So many bytes for all together. Clones are the same budget.
#[derive(Debug, Clone)]
pub(super) struct Budget {
    left: Arc<AtomicUsize>,
}

/// A part of a budget. Dropped, it is given back.
#[derive(Debug)]
pub(super) struct Grant {
    budget: Budget,
    bytes: usize,
}

impl Budget {
    pub(super) fn new(bytes: usize) -> Self {
        Self { left: Arc::new(AtomicUsize::new(bytes)) }
    }

    /// Takes so many bytes, if they are there.
    pub(super) fn take(&self, bytes: usize) -> Option<Grant> {
        let less = |left: usize| left.checked_sub(bytes);
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).ok()?;
        Some(Grant { budget: self.clone(), bytes })
    }
}

impl Drop for Grant {
    fn drop(&mut self) {
        self.budget.left.fetch_add(self.bytes, Ordering::Relaxed);
    }
}
