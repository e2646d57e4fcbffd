//! The memory of requests' bodies: all together have so much, and who is not known yet has less.
//! What a body holds is given back once its request is answered.

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{MissedTickBehavior, interval, timeout},
};

/// How long the body of a request may take.
pub(super) const BODY_WITHIN: Duration = Duration::from_secs(60);

/// What is not counted of each body, in bytes: small requests are answered whatever large ones do.
/// How many there are the connections bound.
const FREE_BYTES: usize = 64 << 10;

/// The memory of all bodies of callers that are known, and of those that are not (yet), in units.
const UNIT: usize = 4 << 10;
const KNOWN_UNITS: usize = (256 << 20) / UNIT;
const UNKNOWN_UNITS: usize = (96 << 20) / UNIT;

/// A body whose length is not told takes its memory in pieces of so many bytes.
const PIECE: usize = 1 << 20;

/// How long a body waits for memory before its request is refused.
const WAITS: Duration = Duration::from_secs(5);

/// While others wait, a body that has memory has to come at least so fast, in bytes a second, once
/// it had some seconds.
const SLOWEST: u64 = 64 << 10;
const MAY_BE_SLOW: Duration = Duration::from_secs(5);

/// From so many units on that were held at once, memory is given back to the system afterwards.
const MANY_UNITS: usize = (16 << 20) / UNIT;

/// A body that could not be read.
pub(super) enum Unread {
    TooLarge {
        limit: usize,
    },
    /// It did not arrive in time.
    TooSlow,
    /// All bodies together hold as much memory as they may.
    NoMemory,
    /// The connection broke.
    Broken,
}

/// See the module's own documentation.
pub(super) struct Bodies {
    known: Arc<Semaphore>,
    unknown: Arc<Semaphore>,
    /// How many wait for memory.
    waiting: AtomicUsize,
    /// The fewest units that were left of both together since memory was given back.
    fewest: AtomicUsize,
}

/// A body that was read, and its part of the memory.
pub(super) struct Body {
    pub bytes: Bytes,
    pub held: Held,
}

/// A part of the memory. Dropped, it is given back.
#[derive(Default)]
pub(super) struct Held(Option<OwnedSemaphorePermit>);

impl Bodies {
    pub(super) fn new() -> Self {
        Self {
            known: Arc::new(Semaphore::new(KNOWN_UNITS)),
            unknown: Arc::new(Semaphore::new(UNKNOWN_UNITS)),
            waiting: AtomicUsize::new(0),
            fewest: AtomicUsize::new(usize::MAX),
        }
    }

    /// Reads a body of at most `limit` bytes, of a caller that is known or not.
    ///
    /// # Errors
    /// When it is larger, does not come in time, or there is no memory for it.
    pub(super) async fn read(
        &self,
        body: &mut Incoming,
        limit: usize,
        is_known: bool,
    ) -> Result<Body, Unread> {
        let mut held = Held::default();
        let told = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
        if told > limit {
            return Err(Unread::TooLarge { limit });
        }
        self.take(&mut held, told, is_known).await?;
        let mut bytes = Vec::with_capacity(told);
        let begun = Instant::now();
        let mut ticks = interval(Duration::from_secs(1));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let frame = tokio::select! {
                biased;
                frame = body.frame() => frame,
                _ = ticks.tick() => {
                    if begun.elapsed() > BODY_WITHIN || self.is_held_up(&held, &bytes, begun) {
                        return Err(Unread::TooSlow);
                    }
                    continue;
                }
            };
            let Some(frame) = frame else { break };
            let frame = frame.map_err(|_| Unread::Broken)?;
            let Some(data) = frame.data_ref() else { continue };
            if bytes.len() + data.len() > limit {
                return Err(Unread::TooLarge { limit });
            }
            if bytes.len() + data.len() > FREE_BYTES + held.bytes() {
                self.take(&mut held, bytes.len() + data.len() + PIECE, is_known).await?;
            }
            bytes.extend_from_slice(data);
        }
        Ok(Body { bytes: bytes.into(), held })
    }

    /// The caller of a body turned out to be known.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub(super) async fn is_known(&self, held: &mut Held) -> Result<(), Unread> {
        let bytes = held.bytes();
        if bytes > 0 {
            let mut known = Held::default();
            self.take(&mut known, FREE_BYTES + bytes, true).await?;
            *held = known;
        }
        Ok(())
    }

    /// Whether much was held, and is no more: true once.
    pub(super) fn was_flooded(&self) -> bool {
        let left = self.left();
        let all = KNOWN_UNITS + UNKNOWN_UNITS;
        let fewest = self.fewest.load(Ordering::Relaxed);
        let is_over = all - left < MANY_UNITS && all - fewest.min(all) >= MANY_UNITS;
        if is_over {
            self.fewest.store(left, Ordering::Relaxed);
        }
        is_over
    }

    /// Takes what is missing until so many bytes may be held.
    async fn take(&self, held: &mut Held, bytes: usize, is_known: bool) -> Result<(), Unread> {
        let missing = bytes.saturating_sub(FREE_BYTES + held.bytes()).div_ceil(UNIT);
        let Ok(units) = u32::try_from(missing) else { return Err(Unread::NoMemory) };
        if units == 0 {
            return Ok(());
        }
        let budget = if is_known { &self.known } else { &self.unknown };
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let taken = timeout(WAITS, budget.clone().acquire_many_owned(units)).await;
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        let Ok(Ok(taken)) = taken else { return Err(Unread::NoMemory) };
        self.fewest.fetch_min(self.left(), Ordering::Relaxed);
        match &mut held.0 {
            Some(held) => held.merge(taken),
            none => *none = Some(taken),
        }
        Ok(())
    }

    fn left(&self) -> usize {
        self.known.available_permits() + self.unknown.available_permits()
    }

    /// Whether a body that has memory comes too slowly for those that wait for it.
    fn is_held_up(&self, held: &Held, bytes: &[u8], begun: Instant) -> bool {
        let seconds = begun.elapsed().saturating_sub(MAY_BE_SLOW).as_secs();
        held.bytes() > 0
            && self.waiting.load(Ordering::Relaxed) > 0
            && (bytes.len() as u64) < seconds * SLOWEST
    }
}

impl Held {
    fn bytes(&self) -> usize {
        self.0.as_ref().map_or(0, |held| held.num_permits() * UNIT)
    }
}
