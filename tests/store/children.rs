//! What is left when a server is killed, and when its disk is full. The server is this
//! program again, as a child.

use super::{NOW, claim_all, event, in_folder, open, wait_for};
use krait::platform::store::{EventState, Room, Store, StoreError, Termination};
use libtest_mimic::Trial;
use std::{
    collections::BTreeSet,
    env,
    io::{BufRead, BufReader, Lines},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};
use tokio::task::LocalSet;

/// A child's variables: which folder it has, and which part it plays.
pub(crate) const FOLDER: &str = "KRAIT_STORE_CHECK_FOLDER";
const PART: &str = "KRAIT_STORE_CHECK_PART";

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        in_folder("a killed server loses nothing that it acknowledged", acknowledged),
        in_folder("what a killed server was handling is queued again", handled),
        in_folder("a killed server's folder is free, a living one's is not", lock_is_freed),
        in_folder("a disk that takes no more is an error, and no end", full),
    ]
}

/// What the child does.
pub(crate) fn play(folder: &Path) {
    let part = env::var(PART).expect("a part");
    match part.as_str() {
        "enqueue" => enqueue_for_ever(folder),
        "claim" => claim_and_wait(folder),
        "full" => fill_the_disk(folder),
        other => panic!("there is no part {other}"),
    }
}

/// A child; what it prints is read line by line.
fn child(folder: &Path, part: &str) -> (Child, Lines<BufReader<ChildStdout>>) {
    let program = env::current_exe().expect("this program");
    let mut child = Command::new(program)
        .env(FOLDER, folder)
        .env(PART, part)
        .stdout(Stdio::piped())
        .spawn()
        .expect("a child");
    let printed = child.stdout.take().expect("a pipe");
    (child, BufReader::new(printed).lines())
}

/// Kills at once, with SIGKILL.
fn kill(mut child: Child) {
    child.kill().expect("killed");
    child.wait().expect("ended");
}

fn acknowledged(folder: &Path) {
    for round in 1..=3 {
        let (child, mut lines) = child(folder, "enqueue");
        let mut acknowledged: BTreeSet<String> =
            lines.by_ref().take(300 * round).map(|line| line.expect("a line")).collect();
        kill(child);
        // What it had printed besides. Of the last line, all was printed or nothing: a pipe
        // takes so few bytes at once.
        acknowledged.extend(lines.map(|line| line.expect("a line")));
        assert!(acknowledged.len() >= 300 * round);
        wait_for(async {
            let store = open(folder);
            let claimed = store.claim(NOW, Room::for_any(usize::MAX)).await.expect("a claim");
            let claimed: BTreeSet<String> = claimed
                .into_iter()
                .map(|each| {
                    assert_eq!(each.event, event(&each.request_id, "f", NOW).event);
                    each.request_id
                })
                .collect();
            let lost: Vec<_> = acknowledged.difference(&claimed).collect();
            assert!(lost.is_empty(), "lost: {lost:?}");
            store.close().await.expect("closed");
        });
    }
}

fn enqueue_for_ever(folder: &Path) {
    let tasks = LocalSet::new();
    let store = open(folder);
    for _ in 0..100 {
        let store = store.clone();
        tasks.spawn_local(async move {
            loop {
                let request_id = uuid();
                store.enqueue(event(&request_id, "f", NOW)).await.expect("queued");
                println!("{request_id}");
            }
        });
    }
    wait_for(tasks);
}

/// 32 random digits.
fn uuid() -> String {
    let (high, low): (u64, u64) = (random(), random());
    format!("{high:016x}{low:016x}")
}

fn random() -> u64 {
    let mut bytes = [0; 8];
    // SAFETY: the buffer is as long as is said.
    let given = unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), bytes.len(), 0) };
    assert_eq!(given, 8);
    u64::from_ne_bytes(bytes)
}

fn handled(folder: &Path) {
    let (child, mut lines) = child(folder, "claim");
    assert_eq!(lines.next().expect("a line").expect("a line"), "claimed");
    kill(child);
    wait_for(async {
        let store = open(folder);
        let doomed = store.event_status("doomed").await.expect("a status").expect("the event");
        assert_eq!((doomed.state, doomed.ended_at), (EventState::Aborted, Some(NOW + 5)));
        let claimed = store.claim(NOW, Room::for_any(9)).await.expect("a claim");
        let claimed: Vec<_> =
            claimed.iter().map(|event| (event.request_id.as_str(), event.attempt)).collect();
        assert_eq!(claimed, [("running", 2), ("waiting", 1)]);
    });
}

fn claim_and_wait(folder: &Path) {
    wait_for(async {
        let store = open(folder);
        for name in ["running", "doomed"] {
            store.enqueue(event(name, "f", NOW)).await.expect("queued");
        }
        assert_eq!(claim_all(&store, NOW).await, ["running", "doomed"]);
        store.terminate("doomed", Termination::Kill, NOW + 5).await.expect("terminated");
        store.enqueue(event("waiting", "f", NOW)).await.expect("queued");
        println!("claimed");
        std::future::pending::<()>().await;
    });
}

fn lock_is_freed(folder: &Path) {
    let (child, mut lines) = child(folder, "claim");
    lines.next().expect("a line").expect("a line");
    let refused = Store::open(folder).expect_err("a refusal");
    assert!(matches!(refused, StoreError::Locked { .. }), "{refused}");
    kill(child);
    drop(open(folder));
}

fn full(folder: &Path) {
    let (mut child, lines) = child(folder, "full");
    let printed: Vec<_> = lines.map(|line| line.expect("a line")).collect();
    assert!(child.wait().expect("ended").success());
    let file = folder.canonicalize().expect("a folder").join("krait.sqlite");
    assert_eq!(
        printed,
        [format!(
            "{} cannot be read or written: disk I/O error; check the disk and the folder's \
             permissions",
            file.display()
        )]
    );
    let store = open(folder);
    assert_eq!(wait_for(claim_all(&store, NOW)), ["before", "after"]);
}

/// Has the kernel refuse to let files grow for a while.
fn fill_the_disk(folder: &Path) {
    wait_for(async {
        let store = open(folder);
        store.enqueue(event("before", "f", NOW)).await.expect("queued");
        // SAFETY: the signal that would come with the refusal is ignored.
        unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
        let length = folder.join("krait.sqlite-wal").metadata().expect("the log").len();
        let unlimited = limit_files(length);
        let refused = store.enqueue(event("refused", "f", NOW)).await.expect_err("a refusal");
        limit_files(unlimited);
        println!("{refused}");
        store.enqueue(event("after", "f", NOW)).await.expect("queued");
    });
}

/// Sets how long files may become; gives what it was.
fn limit_files(bytes: u64) -> u64 {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the structure is valid for both calls.
    unsafe {
        assert_eq!(libc::getrlimit(libc::RLIMIT_FSIZE, &raw mut limit), 0);
        let before = std::mem::replace(&mut limit.rlim_cur, bytes);
        assert_eq!(libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit), 0);
        before
    }
}
