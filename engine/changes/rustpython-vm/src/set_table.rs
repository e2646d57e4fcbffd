//! The table behind `set` and `frozenset`.
//!
//! Keys lie where their hash puts them, in the order that CPython's sets have: people's tests
//! and logs show it. A key is looked for in a run of neighbours first, then elsewhere.

use crate::{
    AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine,
    common::{
        hash::PyHash,
        lock::{PyRwLock, PyRwLockReadGuard},
    },
    dict_inner::DictKey,
    object::{Traverse, TraverseFn},
};
use core::{
    mem::size_of,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

/// How many entries the smallest table has.
const SMALLEST: usize = 8;

/// How many neighbours of an entry are looked at before another place is.
const NEIGHBOURS: usize = 9;

/// Sets that are larger than this grow by less.
const LARGE: usize = 50_000;

/// How often a search starts again because the set changed during a comparison.
const MAXIMUM_RESTARTS: u32 = 1000;

/// An entry without a key is unused, or had one.
#[derive(Clone)]
struct Entry {
    hash: PyHash,
    key: Option<PyObjectRef>,
}

impl Entry {
    const UNUSED: Self = Self { hash: 0, key: None };
    const REMOVED: Self = Self { hash: -1, key: None };

    fn is_unused(&self) -> bool {
        self.key.is_none() && self.hash != -1
    }

    fn is_removed(&self) -> bool {
        self.key.is_none() && self.hash == -1
    }
}

/// The entries that a hash leads to, one after another, for ever.
struct Places {
    start: usize,
    perturbation: u64,
    mask: usize,
    neighbour: usize,
}

impl Places {
    const fn new(hash: PyHash, mask: usize) -> Self {
        Self { start: hash as usize & mask, perturbation: hash as u64, mask, neighbour: 0 }
    }

    #[inline(always)]
    const fn next(&mut self) -> usize {
        let last = if self.start + NEIGHBOURS <= self.mask { NEIGHBOURS } else { 0 };
        if self.neighbour > last {
            self.perturbation >>= 5;
            self.start = self
                .start
                .wrapping_mul(5)
                .wrapping_add(1)
                .wrapping_add(self.perturbation as usize)
                & self.mask;
            self.neighbour = 0;
        }
        let place = self.start + self.neighbour;
        self.neighbour += 1;
        place
    }
}

#[derive(Clone)]
struct Inner {
    /// Either empty, for a table of the smallest size that nothing was put into, or `mask` + 1.
    entries: Vec<Entry>,
    mask: usize,
    /// Entries with a key.
    used: usize,
    /// Entries with a key, and those that had one.
    filled: usize,
    /// Where `pop` goes on.
    finger: usize,
}

impl Default for Inner {
    fn default() -> Self {
        Self { entries: Vec::new(), mask: SMALLEST - 1, used: 0, filled: 0, finger: 0 }
    }
}

impl Inner {
    /// Puts a key that is not there into a table that no key was taken out of.
    fn put_new(&mut self, hash: PyHash, key: PyObjectRef) {
        let mut places = Places::new(hash, self.mask);
        loop {
            let place = places.next();
            if self.entries[place].key.is_none() {
                self.entries[place] = Entry { hash, key: Some(key) };
                return;
            }
        }
    }

    /// Lays all keys anew, in a table that has more than `at_least` entries.
    fn resize(&mut self, at_least: usize) {
        let mut size = SMALLEST;
        while size <= at_least {
            size <<= 1;
        }
        let old = core::mem::replace(&mut self.entries, vec![Entry::UNUSED; size]);
        self.mask = size - 1;
        self.filled = self.used;
        for entry in old {
            if let Some(key) = entry.key {
                self.put_new(entry.hash, key);
            }
        }
    }

    fn grow(&mut self) {
        self.resize(if self.used > LARGE { self.used * 2 } else { self.used * 4 });
    }

    fn put(&mut self, place: usize, hash: PyHash, key: PyObjectRef) {
        if self.entries.is_empty() {
            self.entries = vec![Entry::UNUSED; SMALLEST];
        }
        let old = core::mem::replace(&mut self.entries[place], Entry { hash, key: Some(key) });
        self.used += 1;
        if !old.is_unused() {
            return;
        }
        self.filled += 1;
        if self.filled * 5 >= self.mask * 3 {
            self.grow();
        }
    }

    /// Makes room for so many keys more at once.
    fn make_room(&mut self, more: usize) {
        if (self.filled + more) * 5 >= self.mask * 3 {
            self.resize((self.used + more) * 2);
        }
    }

    fn take(&mut self, place: usize) -> Option<PyObjectRef> {
        let taken = core::mem::replace(&mut self.entries[place], Entry::REMOVED).key;
        self.used -= 1;
        taken
    }

    fn keys(&self) -> impl Iterator<Item = (&PyObjectRef, PyHash)> {
        self.entries
            .iter()
            .filter_map(|entry| Some((entry.key.as_ref()?, entry.hash)))
    }
}

/// Where a key is, or where it goes.
struct Found {
    place: usize,
    is_there: bool,
    /// [`SetTable::changes`] when this was so.
    changes: u32,
    /// The key that is there, where finding it took a comparison that ran without the lock.
    compared: Option<PyObjectRef>,
}

/// The set was found to have another size than an iterator remembers.
pub(crate) struct SetChanged;

pub(crate) struct SetTable {
    inner: PyRwLock<Inner>,
    /// Counts changes. It is written with the write lock held. Who has looked a key up and comes
    /// back with another lock sees by it whether what was found still holds.
    changes: AtomicU32,
}

impl Default for SetTable {
    fn default() -> Self {
        Self::from_inner(Inner::default())
    }
}

unsafe impl Traverse for SetTable {
    fn traverse(&self, tracer_fn: &mut TraverseFn<'_>) {
        self.inner.traverse(tracer_fn);
    }
}

unsafe impl Traverse for Inner {
    fn traverse(&self, tracer_fn: &mut TraverseFn<'_>) {
        for (key, _) in self.keys() {
            key.traverse(tracer_fn);
        }
    }
}

impl SetTable {
    fn from_inner(inner: Inner) -> Self {
        Self { inner: PyRwLock::new(inner), changes: AtomicU32::new(0) }
    }

    fn read(&self) -> PyRwLockReadGuard<'_, Inner> {
        self.inner.read()
    }

    /// Says that a change comes. The write lock is held: nobody else counts at the same time.
    fn note_change(&self) {
        self.changes
            .store(self.changes.load(Relaxed).wrapping_add(1), Relaxed);
    }

    /// Whether what was found still holds. The lock must be held.
    fn still_holds(&self, inner: &Inner, key: &PyObject, found: &Found) -> bool {
        if found.changes == self.changes.load(Relaxed) {
            return true;
        }
        // The set is another one. A key that was there may be where it was.
        found.is_there
            && inner
                .entries
                .get(found.place)
                .and_then(|entry| entry.key.as_ref())
                .is_some_and(|there| match &found.compared {
                    Some(compared) => compared.is(there),
                    None => key.is(there),
                })
    }

    fn find(&self, vm: &VirtualMachine, key: &PyObject, hash: PyHash) -> PyResult<Found> {
        let mut places = None;
        // The last place on the way that had a key: a new one goes there.
        let mut free: Option<usize> = None;
        let mut began = 0;
        let mut restarts = 0;
        loop {
            let (compared, place, changes) = {
                let inner = self.read();
                let changes = self.changes.load(Relaxed);
                let mask = inner.mask;
                let places = places.get_or_insert_with(|| {
                    began = changes;
                    Places::new(hash, mask)
                });
                // The keys may have been laid anew while a comparison ran without the lock, or
                // this one been put in. A comparison that itself changes the set each time is
                // not followed for ever.
                if places.mask != mask || (began != changes && restarts < MAXIMUM_RESTARTS) {
                    *places = Places::new(hash, mask);
                    free = None;
                    began = changes;
                    restarts += 1;
                }
                loop {
                    let place = places.next();
                    // A table without entries is one of unused ones.
                    let entry = match inner.entries.get(place) {
                        Some(entry) if !entry.is_unused() => entry,
                        _ => {
                            let place = free
                                .filter(|free| {
                                    inner.entries.get(*free).is_some_and(Entry::is_removed)
                                })
                                .unwrap_or(place);
                            return Ok(Found { place, is_there: false, changes, compared: None });
                        }
                    };
                    let Some(there) = &entry.key else {
                        free = Some(place);
                        continue;
                    };
                    if entry.hash != hash {
                        continue;
                    }
                    if there.is(key) {
                        return Ok(Found { place, is_there: true, changes, compared: None });
                    }
                    match key.key_eq_plain(vm, there) {
                        Some(true) => {
                            return Ok(Found { place, is_there: true, changes, compared: None });
                        }
                        Some(false) => {}
                        None => break (there.clone(), place, changes),
                    }
                }
            };
            if key.key_eq(vm, &compared)? {
                return Ok(Found { place, is_there: true, changes, compared: Some(compared) });
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.read().used
    }

    /// How many bytes the table takes, as CPython would tell it.
    pub(crate) fn sizeof(&self) -> usize {
        let inner = self.read();
        if inner.mask < SMALLEST { 0 } else { (inner.mask + 1) * size_of::<Entry>() }
    }

    /// The same keys, as CPython copies a set.
    pub(crate) fn copy(&self) -> Self {
        let mut inner = Inner::default();
        Self::merge_into_empty(&mut inner, &self.read());
        Self::from_inner(inner)
    }

    fn merge_into_empty(inner: &mut Inner, other: &Inner) {
        if other.used == 0 {
            return;
        }
        inner.make_room(other.used);
        if inner.mask == other.mask && other.filled == other.used {
            inner.entries.clone_from(&other.entries);
        } else {
            if inner.entries.is_empty() {
                inner.entries = vec![Entry::UNUSED; SMALLEST];
            }
            for (key, hash) in other.keys() {
                inner.put_new(hash, key.clone());
            }
        }
        inner.used = other.used;
        inner.filled = other.used;
    }

    /// Adds all keys of another set.
    pub(crate) fn merge(&self, other: &Self, vm: &VirtualMachine) -> PyResult<()> {
        if core::ptr::eq(self, other) {
            return Ok(());
        }
        // One lock at a time: another thread may do the same the other way round.
        let untouched = {
            let inner = self.read();
            inner.filled == 0 && inner.mask < SMALLEST
        };
        if untouched {
            let mut all = Inner::default();
            Self::merge_into_empty(&mut all, &other.read());
            let mut inner = self.inner.write();
            if inner.filled == 0 {
                self.note_change();
                all.finger = inner.finger;
                *inner = all;
                return Ok(());
            }
        }
        let keys = other.keys_with_hashes();
        if !keys.is_empty() {
            self.make_room(keys.len());
        }
        for (key, hash) in keys {
            self.insert_known_hash(vm, &key, hash)?;
        }
        Ok(())
    }

    /// Makes room for so many keys more at once.
    pub(crate) fn make_room(&self, more: usize) {
        let mut inner = self.inner.write();
        self.note_change();
        inner.make_room(more);
    }

    /// Forgets entries that had keys, if these are many.
    pub(crate) fn tidy(&self) {
        let mut inner = self.inner.write();
        if inner.filled - inner.used > inner.mask / 4 {
            self.note_change();
            inner.grow();
        }
    }

    pub(crate) fn insert(&self, vm: &VirtualMachine, key: &PyObject) -> PyResult<()> {
        let hash = key.hash(vm)?;
        self.insert_known_hash(vm, key, hash)
    }

    /// Adds a key; `hash` must be its own.
    pub(crate) fn insert_known_hash(
        &self,
        vm: &VirtualMachine,
        key: &PyObject,
        hash: PyHash,
    ) -> PyResult<()> {
        loop {
            let found = self.find(vm, key, hash)?;
            if found.is_there {
                return Ok(());
            }
            let mut inner = self.inner.write();
            if self.still_holds(&inner, key, &found) {
                self.note_change();
                inner.put(found.place, hash, key.to_owned());
                return Ok(());
            }
        }
    }

    pub(crate) fn contains(&self, vm: &VirtualMachine, key: &PyObject) -> PyResult<bool> {
        let hash = key.hash(vm)?;
        self.contains_known_hash(vm, key, hash)
    }

    pub(crate) fn contains_known_hash(
        &self,
        vm: &VirtualMachine,
        key: &PyObject,
        hash: PyHash,
    ) -> PyResult<bool> {
        Ok(self.find(vm, key, hash)?.is_there)
    }

    pub(crate) fn delete(&self, vm: &VirtualMachine, key: &PyObject) -> PyResult<()> {
        if self.delete_if_exists(vm, key)? {
            Ok(())
        } else {
            Err(vm.new_key_error(key.to_owned()))
        }
    }

    pub(crate) fn delete_if_exists(&self, vm: &VirtualMachine, key: &PyObject) -> PyResult<bool> {
        let hash = key.hash(vm)?;
        self.delete_if_exists_known_hash(vm, key, hash)
    }

    pub(crate) fn delete_if_exists_known_hash(
        &self,
        vm: &VirtualMachine,
        key: &PyObject,
        hash: PyHash,
    ) -> PyResult<bool> {
        loop {
            let found = self.find(vm, key, hash)?;
            if !found.is_there {
                return Ok(false);
            }
            let _released_after_the_lock = {
                let mut inner = self.inner.write();
                if !self.still_holds(&inner, key, &found) {
                    continue;
                }
                self.note_change();
                inner.take(found.place)
            };
            return Ok(true);
        }
    }

    /// Takes a key out that is there, and puts one in that is not.
    pub(crate) fn delete_or_insert_known_hash(
        &self,
        vm: &VirtualMachine,
        key: &PyObject,
        hash: PyHash,
    ) -> PyResult<()> {
        if !self.delete_if_exists_known_hash(vm, key, hash)? {
            self.insert_known_hash(vm, key, hash)?;
        }
        Ok(())
    }

    pub(crate) fn clear(&self) {
        let _released_after_the_lock = {
            let mut inner = self.inner.write();
            self.note_change();
            let finger = inner.finger;
            core::mem::replace(&mut *inner, Inner { finger, ..Inner::default() })
        };
    }

    /// Takes over another table's keys.
    pub(crate) fn replace_contents(&self, other: Self) {
        let mut other = other.inner.into_inner();
        let _released_after_the_lock = {
            let mut inner = self.inner.write();
            self.note_change();
            other.finger = inner.finger;
            core::mem::replace(&mut *inner, other)
        };
    }

    /// Takes some key out.
    pub(crate) fn pop(&self) -> Option<PyObjectRef> {
        let mut inner = self.inner.write();
        if inner.used == 0 {
            return None;
        }
        self.note_change();
        let mut place = inner.finger & inner.mask;
        while inner.entries[place].key.is_none() {
            place = (place + 1) & inner.mask;
        }
        inner.finger = place + 1;
        inner.take(place)
    }

    /// The first key at `position` or after it, if the set has `length` keys.
    pub(crate) fn next_entry_checked(
        &self,
        position: usize,
        length: usize,
    ) -> Result<Option<(usize, PyObjectRef)>, SetChanged> {
        let inner = self.read();
        if inner.used != length {
            return Err(SetChanged);
        }
        let rest = inner.entries.iter().enumerate().skip(position);
        for (place, entry) in rest {
            if let Some(key) = &entry.key {
                return Ok(Some((place + 1, key.clone())));
            }
        }
        Ok(None)
    }

    /// The first key at `position` or after it, with its hash, and the position behind it.
    pub(crate) fn next_entry(&self, position: usize) -> Option<(usize, PyObjectRef, PyHash)> {
        let inner = self.read();
        let rest = inner.entries.get(position..)?;
        let (at, entry) = rest.iter().enumerate().find(|(_, entry)| entry.key.is_some())?;
        Some((position + at + 1, entry.key.clone()?, entry.hash))
    }

    /// The keys at `position` and after it.
    pub(crate) fn keys_from(&self, position: usize) -> Vec<PyObjectRef> {
        let inner = self.read();
        let rest = inner.entries.iter().skip(position);
        rest.filter_map(|entry| entry.key.clone()).collect()
    }

    pub(crate) fn keys(&self) -> Vec<PyObjectRef> {
        self.read().keys().map(|(key, _)| key.clone()).collect()
    }

    pub(crate) fn keys_with_hashes(&self) -> Vec<(PyObjectRef, PyHash)> {
        let inner = self.read();
        inner.keys().map(|(key, hash)| (key.clone(), hash)).collect()
    }

    /// Folds the keys' hashes.
    pub(crate) fn fold_hashes<Value>(
        &self,
        first: Value,
        mut fold: impl FnMut(Value, PyHash) -> Value,
    ) -> Value {
        let inner = self.read();
        inner.keys().fold(first, |value, (_, hash)| fold(value, hash))
    }
}
