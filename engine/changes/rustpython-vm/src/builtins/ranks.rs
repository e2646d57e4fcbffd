//! Sorting by numbers: they are compared as they are, without their objects, and each value is moved
//! once.

use super::{PyFloat, PyInt};
use crate::{PyObject, sorting::timsort};
use core::convert::Infallible;

/// Sorts `items` by their keys, if all are ints of 64 bits. Says whether it did.
pub(super) fn sort_by_ints<T>(
    items: &mut [T],
    reverse: bool,
    key: impl Fn(&T) -> &PyObject,
) -> bool {
    let ranks = items.iter().map(|item| key(item).downcast_ref::<PyInt>()?.try_to_i64_fast());
    let Some(ranks) = ranks.collect::<Option<Vec<i64>>>() else {
        return false;
    };
    sort_by_ranks(items, reverse, ranks)
}

/// The same for floats.
pub(super) fn sort_by_floats<T>(
    items: &mut [T],
    reverse: bool,
    key: impl Fn(&T) -> &PyObject,
) -> bool {
    let ranks = items.iter().map(|item| Some(key(item).downcast_ref::<PyFloat>()?.to_f64()));
    let Some(ranks) = ranks.collect::<Option<Vec<f64>>>() else {
        return false;
    };
    sort_by_ranks(items, reverse, ranks)
}

/// Sorts `items` by their `ranks`, which are asked in the same order as the objects would be.
fn sort_by_ranks<T, R: Copy + PartialOrd>(items: &mut [T], reverse: bool, ranks: Vec<R>) -> bool {
    if u32::try_from(items.len()).is_err() {
        return false;
    }
    let mut order: Vec<(R, u32)> = ranks.into_iter().zip(0..).collect();
    // From the other end and turned round: so equal values keep their order.
    if reverse {
        order.reverse();
    }
    let Ok(()) = timsort(&mut order, &mut |a, b| Ok::<_, Infallible>(a.0 < b.0));
    if reverse {
        order.reverse();
    }
    // Each circle of places is gone round once; what is in its place says so.
    for start in 0..order.len() {
        let mut place = start;
        loop {
            let from = core::mem::replace(&mut order[place].1, place as u32) as usize;
            if from == start {
                break;
            }
            items.swap(place, from);
            place = from;
        }
    }
    true
}
