//! A collection: which tracked objects are held by nothing but one another, and their end.
//!
//! While one is looked at, an object carries its place among the others in `gc_refs`, and a bit that
//! says so: nothing is looked up by its address.

use super::{CollectResult, GcDebugFlags, GcInterpreterState, GcState, elapsed_secs, is_owned_by};
#[cfg(feature = "threading")]
use super::CollectStopTheWorld;
use crate::{
    AsObject, PyObject, PyObjectRef,
    builtins::{PyDictRef, PyType},
    object::{GC_NO_OWNER, GcOwner},
};
use core::{
    ptr::NonNull,
    sync::atomic::{AtomicU32, AtomicUsize, Ordering::Relaxed, Ordering::SeqCst, fence},
};
use std::collections::HashMap;

/// Whose turn it is: what `gc_select_generation` of CPython decides by.
#[derive(Default)]
pub(super) struct Turns {
    /// How often the generation before has been collected since this one was: the second and the third.
    rounds: [AtomicU32; 2],
    /// How many objects the last full collection left, and how many have become old since.
    old: AtomicUsize,
    pending: AtomicUsize,
}

impl Turns {
    /// What `gc.get_count()` tells of the second and the third generation.
    pub(super) fn rounds(&self) -> (usize, usize) {
        let [second, third] = &self.rounds;
        (second.load(Relaxed) as usize, third.load(Relaxed) as usize)
    }

    /// The oldest generation whose turn it is. A full collection waits until the old objects are a
    /// quarter more than it left, so that its work stays in proportion to theirs.
    pub(super) fn next(&self, thresholds: (u32, u32, u32)) -> usize {
        let [second, third] = &self.rounds;
        let has_grown = self.pending.load(Relaxed) >= self.old.load(Relaxed) / 4;
        if third.load(Relaxed) > thresholds.2 && has_grown {
            2
        } else if second.load(Relaxed) > thresholds.1 {
            1
        } else {
            0
        }
    }

    /// Notes a collection that left `survivors`.
    fn note(&self, generation: usize, survivors: usize) {
        for rounds in &self.rounds[..generation] {
            rounds.store(0, Relaxed);
        }
        if let Some(rounds) = self.rounds.get(generation) {
            rounds.fetch_add(1, Relaxed);
        }
        match generation {
            1 => _ = self.pending.fetch_add(survivors, Relaxed),
            2 => {
                self.pending.store(0, Relaxed);
                self.old.store(survivors, Relaxed);
            }
            _ => {}
        }
    }
}

impl GcState {
    /// Collects the generations up to `generation`, if nobody does already. Not if collections are
    /// off, unless they are asked for by `force`.
    pub(super) fn collect_inner(
        &self,
        gc: &GcInterpreterState,
        generation: usize,
        force: bool,
    ) -> CollectResult {
        let asked_for_no_more = || {
            #[cfg(feature = "threading")]
            gc.scheduled.store(false, Relaxed);
        };
        if !force && !gc.is_enabled() {
            asked_for_no_more();
            return CollectResult::default();
        }
        // A collector at work must not take another interpreter's request.
        let Some(_collecting) = self.collecting.try_lock() else {
            return CollectResult::default();
        };
        asked_for_no_more();
        let start = cfg_select! {
            target_arch = "wasm32" => (),
            _ => std::time::Instant::now(),
        };
        fence(SeqCst);
        let generation = generation.min(2);
        #[cfg(feature = "threading")]
        crate::object::qsbr::QSBR.process();

        // Asked for before any list is locked: a thread on its way to stop may hold such a lock.
        #[cfg(feature = "threading")]
        let mut world = CollectStopTheWorld::new();
        let candidates = self.candidates(gc.owner, generation);
        let debug = gc.get_debug();
        if debug.contains(GcDebugFlags::STATS) {
            eprintln!("gc: collecting {} objects from generations 0..={generation}", candidates.len());
        }
        let held = held_from_outside(&candidates, 0);
        // They are owned while the world stands still, since another thread may end them after that.
        let unreachable: Vec<PyObjectRef> = candidates
            .iter()
            .zip(&held)
            .filter(|(_, held)| !**held)
            // SAFETY: they are tracked, and the world stands still.
            .filter_map(|(object, _)| unsafe { object.as_ref() }.try_to_owned())
            .collect();
        let survivors = candidates.len() - unreachable.len();
        let held_ones = candidates.iter().zip(&held).filter(|(_, held)| **held);
        self.promote(generation, held_ones.map(|(object, _)| *object));
        #[cfg(feature = "threading")]
        world.restart();
        if debug.contains(GcDebugFlags::STATS) {
            eprintln!("gc: {survivors} reachable, {} unreachable", unreachable.len());
        }

        let collected = if unreachable.is_empty() { 0 } else { self.end(gc, generation, unreachable) };
        // What was there has moved on, except from the oldest.
        for count in &self.counts[..(generation + 1).min(2)] {
            count.store(0, Relaxed);
        }
        gc.turns.note(generation, survivors);
        let duration = elapsed_secs(start);
        gc.generations[generation].update_stats(collected, 0, candidates.len(), duration);
        CollectResult { collected, uncollectable: 0, candidates: candidates.len(), duration }
    }

    /// The objects of the generations up to `generation` that `owner`'s collections act on. Another
    /// interpreter's are no candidates: what they hold stays.
    fn candidates(&self, owner: GcOwner, generation: usize) -> Vec<NonNull<PyObject>> {
        let mut retired = self.retired.lock().clone();
        retired.sort_unstable();
        let adopt = |object: &PyObject| {
            if retired.binary_search(&object.gc_owner()).is_ok() {
                object.set_gc_owner(GC_NO_OWNER);
            }
        };
        let mut candidates = Vec::with_capacity(self.counts[0].load(Relaxed));
        for list in &self.generation_lists[..=generation] {
            for object in list.read().iter() {
                adopt(object);
                if object.strong_count() > 0 && is_owned_by(object, owner) {
                    candidates.push(NonNull::from(object));
                }
            }
        }
        // Only a full collection has seen every list.
        if generation == 2 && !retired.is_empty() {
            self.permanent_list.read().iter().for_each(adopt);
            self.retired.lock().retain(|tag| retired.binary_search(tag).is_err());
        }
        // The lists have the newest first. Finalizers are called as objects were made.
        candidates.reverse();
        candidates
    }

    /// Moves `survivors` to the generation after `generation`, where they are not older already.
    /// Nobody else may run, or end one of them meanwhile.
    fn promote(&self, generation: usize, survivors: impl Iterator<Item = NonNull<PyObject>>) {
        let next = (generation + 1).min(2);
        let [first, second, third] = &self.generation_lists;
        let mut lists = [first.write(), second.write(), third.write()];
        let mut moved = [0; 2];
        for object in survivors {
            // SAFETY: they are alive, as the caller says.
            let header = unsafe { object.as_ref() };
            let from = usize::from(header.gc_generation());
            // SAFETY: an object is in the list of its generation.
            if from < next && unsafe { lists[from].remove(object) }.is_some() {
                lists[next].push_front(object);
                header.set_gc_generation(next as u8);
                moved[from] += usize::from(header.is_gc_counted());
            }
        }
        for (count, moved) in self.counts.iter().zip(moved) {
            let _ = count.try_update(Relaxed, Relaxed, |count| Some(count.saturating_sub(moved)));
        }
        self.counts[next].fetch_add(moved.iter().sum(), Relaxed);
    }

    /// Ends what nothing holds any more, but for what finalizers give a holder again. Says how many
    /// ended; a dict of an instance is a part of it.
    fn end(
        &self,
        gc: &GcInterpreterState,
        generation: usize,
        mut unreachable: Vec<PyObjectRef>,
    ) -> usize {
        tell_weak_references(&unreachable);
        let is_own = |dict: &PyDictRef| !dict.as_object().is_gc_tracked();
        let has_its_own = |object: &&PyObjectRef| object.own_dict().is_some_and(|dict| is_own(&dict));
        let with_their_own: Vec<_> = unreachable.iter().filter(has_its_own).cloned().collect();
        for object in &unreachable {
            object.try_call_finalizer();
        }
        // A finalizer may have been given the dict of one of them, which the collector knows since.
        let known = with_their_own.iter().filter_map(|object| object.own_dict());
        let known: Vec<PyObjectRef> =
            known.filter(|dict| !is_own(dict)).map(PyObjectRef::from).collect();
        drop(with_their_own);
        unreachable.extend(known);

        #[cfg(feature = "threading")]
        let mut world = CollectStopTheWorld::new();
        let pointers: Vec<_> =
            unreachable.iter().map(|object| NonNull::from(object.as_object())).collect();
        let held = held_from_outside(&pointers, 1);
        let held_again = pointers.iter().zip(&held).filter(|(_, held)| **held);
        self.promote(generation, held_again.map(|(object, _)| *object));
        let mut held = held.into_iter();
        let (back, dead): (Vec<_>, Vec<_>) =
            unreachable.into_iter().partition(|_| held.next().unwrap_or(true));
        let parts = count_dicts_of_instances(&dead);
        let debug = gc.get_debug();
        let saves = debug.contains(GcDebugFlags::SAVEALL);
        if saves {
            self.promote(generation, dead.iter().map(|object| NonNull::from(object.as_object())));
        } else {
            // Nobody shall find them in the lists when they are husks.
            for object in dead.iter().filter(|object| object.is_gc_tracked()) {
                // SAFETY: it is tracked, and owned here.
                unsafe { self.untrack_object(NonNull::from(object.as_object())) };
            }
        }
        #[cfg(feature = "threading")]
        world.restart();

        if debug.contains(GcDebugFlags::STATS) {
            eprintln!("gc: {} resurrected, {} truly dead", back.len(), dead.len());
        }
        drop(back);
        if debug.contains(GcDebugFlags::COLLECTABLE) {
            for object in &dead {
                let object = object.as_object();
                eprintln!("gc: collectable <{} {object:p}>", object.class().name());
            }
        }
        let ended = dead.len() - parts;
        if saves {
            gc.garbage.lock().extend(dead);
            return ended;
        }
        // The cache of attributes borrows what classes have.
        if dead.iter().any(|object| object.downcast_ref::<PyType>().is_some()) {
            crate::builtins::type_::type_cache_clear();
        }
        rustpython_common::refcount::with_deferred_drops(|| {
            for object in &dead {
                if object.gc_has_clear() {
                    // SAFETY: nothing holds it but others that end here, and this list.
                    drop(unsafe { object.gc_clear() });
                }
            }
            drop(dead);
        });
        ended
    }
}

/// Which of `objects` something else holds, or one of them that something else holds. `ours` references
/// to each are the collection's own. The world stands still meanwhile.
fn held_from_outside(objects: &[NonNull<PyObject>], ours: usize) -> Vec<bool> {
    // SAFETY, for all of them: they are alive, and so is what they refer to.
    let at = |pointer: &NonNull<PyObject>| unsafe { pointer.as_ref() };
    for object in objects.iter().map(at) {
        object.start_gc_refs(object.strong_count() - ours);
    }
    // What each refers to lies behind the one before's.
    let mut referents = Vec::with_capacity(2 * objects.len());
    let mut ends = Vec::with_capacity(objects.len());
    for object in objects.iter().map(at) {
        let start = referents.len();
        unsafe { object.gc_extend_referent_ptrs(&mut referents) };
        for referent in referents[start..].iter().map(at) {
            if referent.is_gc_collecting() {
                referent.subtract_gc_ref();
            }
        }
        ends.push(referents.len());
    }

    let mut held = Vec::with_capacity(objects.len());
    let mut to_follow = Vec::new();
    for (place, object) in objects.iter().map(at).enumerate() {
        let is_held = object.gc_refs() > 0;
        held.push(is_held);
        if is_held {
            to_follow.push(place);
        }
        object.start_gc_refs(place);
    }
    while let Some(place) = to_follow.pop() {
        let start = place.checked_sub(1).map_or(0, |before| ends[before]);
        for referent in referents[start..ends[place]].iter().map(at) {
            if referent.is_gc_collecting() {
                let place = referent.gc_refs() as usize;
                if !held[place] {
                    held[place] = true;
                    to_follow.push(place);
                }
            }
        }
    }
    for object in objects.iter().map(at) {
        object.end_gc_refs();
    }
    held
}

/// Takes the objects away from what refers to them weakly, and calls what waits for that, unless it is
/// unreachable, too.
fn tell_weak_references(unreachable: &[PyObjectRef]) {
    let mut callbacks = Vec::new();
    for object in unreachable {
        callbacks.extend(object.gc_clear_weakrefs_collect_callbacks());
    }
    if callbacks.is_empty() {
        return;
    }
    // How often each is held by what ends here. The collector does not know them otherwise.
    let address = |reference: &PyObject| core::ptr::from_ref(reference).addr();
    let mut held: HashMap<usize, usize> =
        callbacks.iter().map(|(reference, _)| (address(reference.as_object()), 0)).collect();
    let mut referents = Vec::new();
    for object in unreachable {
        // SAFETY: it is alive, and so is what it refers to.
        unsafe { object.gc_extend_referent_ptrs(&mut referents) };
        for referent in referents.drain(..) {
            if let Some(count) = held.get_mut(&referent.addr().get()) {
                *count += 1;
            }
        }
    }
    // One more is the list's here.
    callbacks.retain(|(reference, _)| {
        held[&address(reference.as_object())] + 1 < reference.as_object().strong_count()
    });
    for (reference, callback) in callbacks {
        crate::vm::thread::with_vm(&callback, |vm| {
            if let Err(error) = callback.call((reference.clone(),), vm) {
                let told = callback.repr(vm).map(|callback| {
                    format!("Exception ignored on calling weakref callback {callback}")
                });
                vm.run_unraisable(error, told.ok(), vm.ctx.none());
            }
        });
    }
}

/// How many of `dead` are the dict of another.
fn count_dicts_of_instances(dead: &[PyObjectRef]) -> usize {
    for object in dead {
        object.start_gc_refs(0);
    }
    let is_part =
        |object: &&PyObjectRef| object.own_dict().is_some_and(|dict| dict.as_object().is_gc_collecting());
    let count = dead.iter().filter(is_part).count();
    for object in dead {
        object.end_gc_refs();
    }
    count
}
