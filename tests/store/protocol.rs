//! The protocol by which the nodes of a cluster run an event, in every order of what can happen.
//!
//! The rules are the program's own (`platform::cluster::protocol`); what is around them is a model:
//! the queue's message, the stream's note, two nodes, and a caller who ends the event. Steps of the
//! program are taken one by one, and failures between any two of them: a node dies, a lease is over
//! while its node still runs, an answer or an acknowledgement is lost.

use krait::platform::{
    cluster::protocol::{Delivered, Noted, delivered, is_going, meet},
    store::{AsyncEvent, EventState, Termination},
};
use libtest_mimic::Trial;
use std::collections::{HashMap, HashSet, VecDeque};

pub(crate) fn trials() -> Vec<Trial> {
    let check = || {
        every_order();
        Ok(())
    };
    vec![Trial::test("a_cluster_keeps_its_promises_in_every_order", check)]
}

/// How often an attempt may fail before the event has failed.
const RETRIES: u32 = 1;

/// How many failures of each kind there are.
const FAILURES: Failures = Failures { deaths: 1, leases: 2, losses: 1 };

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Failures {
    deaths: u32,
    leases: u32,
    losses: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Message {
    /// A node that asks gets it.
    Waiting,
    /// It was delivered, and is not acknowledged.
    Leased,
    Gone,
}

/// What counts of a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Note {
    Retry,
    Finished,
    Failed,
    /// With what its node knows of the invocation, or without.
    Aborted {
        is_whole: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Node {
    Idle,
    Runs {
        known: u64,
        errors: u32,
    },
    /// It has something to note.
    Notes {
        note: Note,
        errors: u32,
        known: u64,
    },
    /// It has to acknowledge the message, or to give it back.
    Settles {
        note: Note,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Caller {
    Waits,
    /// It has read what is known.
    Read {
        known: u64,
    },
    /// It has noted the end.
    Noted,
    Done,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct World {
    message: Message,
    deliveries: u32,
    /// The note, how many errors it counts, and its place in the stream.
    note: Option<(Note, u32)>,
    place: u64,
    nodes: [Node; 2],
    caller: Caller,
    left: Failures,
    /// How many attempts began, and how many were to be repeated.
    attempts: u32,
    repeated: u32,
}

/// A step, and whether it is a failure, which need not happen.
type Step = (World, bool);

fn every_order() {
    let first = World {
        message: Message::Waiting,
        deliveries: 0,
        note: None,
        place: 0,
        nodes: [Node::Idle; 2],
        caller: Caller::Waits,
        left: FAILURES,
        attempts: 0,
        repeated: 0,
    };
    let mut seen = HashSet::from([first]);
    let mut to_do = VecDeque::from([first]);
    // From which worlds each is reached by steps that are no failures.
    let mut from: HashMap<World, Vec<World>> = HashMap::new();
    while let Some(world) = to_do.pop_front() {
        for (next, is_failure) in steps(&world) {
            check(&world, &next);
            if !is_failure {
                from.entry(next).or_default().push(world);
            }
            if seen.insert(next) {
                to_do.push_back(next);
            }
        }
    }
    // Each comes to an end, if no more fails.
    let mut ending: HashSet<World> = seen.iter().filter(|world| is_over(world)).copied().collect();
    let mut back: Vec<World> = ending.iter().copied().collect();
    while let Some(world) = back.pop() {
        for before in from.get(&world).into_iter().flatten() {
            if ending.insert(*before) {
                back.push(*before);
            }
        }
    }
    if let Some(stuck) = seen.difference(&ending).next() {
        panic!("no way leads from here to a result: {stuck:?}");
    }
    assert!(seen.len() > 10_000, "only {} worlds were seen", seen.len());
}

fn is_over(world: &World) -> bool {
    world.message == Message::Gone
        && world.note.is_some_and(|(note, _)| note != Note::Retry)
        && world.nodes == [Node::Idle; 2]
}

/// What must hold at each step.
fn check(before: &World, after: &World) {
    let has_result = |world: &World| world.note.is_some_and(|(note, _)| note != Note::Retry);
    assert!(
        after.message != Message::Gone || has_result(after),
        "the event is lost: {before:?}, then {after:?}"
    );
    if has_result(before) && before.note != after.note {
        let completed = matches!(
            (before.note, after.note),
            (
                Some((Note::Aborted { is_whole: false }, _)),
                Some((Note::Aborted { is_whole: true }, _))
            )
        );
        assert!(completed, "a result changes: {before:?}, then {after:?}");
    }
    // The first delivery does not look: a caller may have ended the event just before.
    if after.attempts > before.attempts && after.deliveries > 1 {
        assert!(!has_result(before), "what has a result runs again: {before:?}, then {after:?}");
    }
    let used = |all: u32, left: u32| all - left;
    let may_run = 1
        + after.repeated
        + used(FAILURES.deaths, after.left.deaths)
        + used(FAILURES.leases, after.left.leases)
        + used(FAILURES.losses, after.left.losses);
    assert!(after.attempts <= may_run, "it runs too often: {before:?}, then {after:?}");
}

fn steps(world: &World) -> Vec<Step> {
    let mut steps = Vec::new();
    for place in 0..world.nodes.len() {
        of_node(world, place, &mut steps);
    }
    of_caller(world, &mut steps);
    let is_held = world.nodes.iter().any(|node| *node != Node::Idle);
    if world.message == Message::Leased {
        if !is_held {
            // Nobody prolongs it.
            steps.push((World { message: Message::Waiting, ..*world }, false));
        } else if world.left.leases > 0 {
            let left = Failures { leases: world.left.leases - 1, ..world.left };
            steps.push((World { message: Message::Waiting, left, ..*world }, true));
        }
    }
    steps
}

fn of_node(world: &World, place: usize, steps: &mut Vec<Step>) {
    let with = |node: Node, changed: World| {
        let mut next = changed;
        next.nodes[place] = node;
        next
    };
    let losing = Failures { losses: world.left.losses.saturating_sub(1), ..world.left };
    let may_lose = world.left.losses > 0;
    match world.nodes[place] {
        Node::Idle => {
            if world.message == Message::Waiting {
                steps.push((deliver(world, place), false));
            }
        }
        Node::Runs { known, errors } => {
            let mut ends = |note| {
                steps.push((with(Node::Notes { note, errors, known }, *world), false));
            };
            ends(Note::Finished);
            if world.caller == Caller::Done {
                ends(Note::Aborted { is_whole: true });
            }
            if errors < RETRIES {
                let node = Node::Notes { note: Note::Retry, errors: errors + 1, known };
                steps.push((with(node, *world), false));
            } else {
                ends(Note::Failed);
            }
        }
        Node::Notes { note, errors, known } if known == world.place => {
            let noted = World { note: Some((note, errors)), place: world.place + 1, ..*world };
            let repeated = world.repeated + u32::from(note == Note::Retry);
            steps.push((with(Node::Settles { note }, World { repeated, ..noted }), false));
            if may_lose {
                // The servers have it, and the node does not know.
                steps.push((World { left: losing, repeated, ..noted }, true));
            }
        }
        Node::Notes { note, errors, .. } => {
            let found = world.note.map(|(note, errors)| noted(note, errors));
            let node = match meet(found.as_ref(), noted(note, errors)) {
                Some(merged) => Node::Notes {
                    note: note_of(&merged),
                    errors: merged.run_errors,
                    known: world.place,
                },
                // A retry is another node's then; a result is there.
                None if note == Note::Retry => Node::Idle,
                None => Node::Settles { note },
            };
            steps.push((with(node, *world), false));
        }
        Node::Settles { note } => {
            let message = match (note, world.message) {
                (_, Message::Gone) => Message::Gone,
                (Note::Retry, _) => Message::Waiting,
                _ => Message::Gone,
            };
            steps.push((with(Node::Idle, World { message, ..*world }), false));
            if may_lose {
                steps.push((with(Node::Idle, World { left: losing, ..*world }), true));
            }
        }
    }
    if world.left.deaths > 0 && world.nodes[place] != Node::Idle {
        let left = Failures { deaths: world.left.deaths - 1, ..world.left };
        steps.push((with(Node::Idle, World { left, ..*world }), true));
    }
}

fn deliver(world: &World, place: usize) -> World {
    let mut next = World { deliveries: world.deliveries + 1, message: Message::Leased, ..*world };
    let looks = world.deliveries > 0;
    let found = world.note.filter(|_| looks);
    match delivered(found.map(|(note, errors)| noted(note, errors)).as_ref(), 0) {
        Delivered::Over => next.message = Message::Gone,
        Delivered::Early { .. } => unreachable!("nothing here is due later"),
        Delivered::Due => {
            let errors = found.map_or(0, |(_, errors)| errors);
            next.nodes[place] = Node::Runs { known: if looks { world.place } else { 0 }, errors };
            next.attempts += 1;
        }
    }
    next
}

fn of_caller(world: &World, steps: &mut Vec<Step>) {
    let next = match world.caller {
        Caller::Waits | Caller::Read { .. } if !is_known(world) => return,
        Caller::Waits => World { caller: Caller::Read { known: world.place }, ..*world },
        Caller::Read { known } if known == world.place => {
            let note = Some((Note::Aborted { is_whole: false }, 0));
            World { caller: Caller::Noted, note, place: world.place + 1, ..*world }
        }
        Caller::Read { .. } => World { caller: Caller::Waits, ..*world },
        Caller::Noted => World { caller: Caller::Done, message: Message::Gone, ..*world },
        Caller::Done => return,
    };
    steps.push((next, false));
}

/// Whether the event is going, for one who asks.
fn is_known(world: &World) -> bool {
    world.note.is_none_or(|(note, _)| note == Note::Retry)
}

/// A note as the program has it.
fn noted(note: Note, errors: u32) -> Noted {
    let state = match note {
        Note::Retry => EventState::Queued,
        Note::Finished => EventState::Finished,
        Note::Failed => EventState::Failed,
        Note::Aborted { .. } => EventState::Aborted,
    };
    let by_request = note == Note::Aborted { is_whole: false };
    let is_whole = !is_going(state) && !by_request;
    let event = AsyncEvent {
        request_id: String::new(),
        namespace: String::new(),
        function: String::new(),
        qualifier: String::new(),
        invoke_type: String::new(),
        state,
        attempt: 1,
        enqueued_at: 0,
        place: 0,
        due_at: 0,
        started_at: None,
        ended_at: None,
        status_code: is_whole.then_some(200),
        ret_msg: None,
        termination: by_request.then_some(Termination::Kill),
    };
    Noted { run_errors: errors, ..Noted::of(event) }
}

fn note_of(noted: &Noted) -> Note {
    match noted.event.state {
        EventState::Queued | EventState::Running => Note::Retry,
        EventState::Finished => Note::Finished,
        EventState::Failed => Note::Failed,
        EventState::Aborted => Note::Aborted { is_whole: noted.event.status_code.is_some() },
    }
}
