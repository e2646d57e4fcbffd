//! What may be in the folder when a store is opened.

use super::{NOW, event, in_folder, key, open, wait_for};
use krait::platform::store::{Namespace, Room, Store, StoreError, StoredFunction};
use libtest_mimic::Trial;
use std::{fs, os::unix::fs::PermissionsExt, path::Path};

/// Whoever serves shares the store.
const _: fn() = || {
    fn is_shared<T: Clone + Send + Sync>() {}
    is_shared::<Store>();
};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        in_folder("a second store on a folder is refused", second_is_refused),
        in_folder("the folder is made, for the user alone", folder_is_made),
        in_folder("a folder that cannot be made is named", folder_is_named),
        in_folder("a damaged file is named", damaged),
        in_folder("a file that was damaged within is named", damaged_within),
        in_folder("damaged records are set aside", damaged_records),
        in_folder("code without its functions is refused", code_alone),
        in_folder("a file of a newer krait is refused", newer),
        in_folder("a file of an older krait is brought up to date", older),
        in_folder("functions and namespaces are there again", there_again),
        in_folder("a closed store says so", closed),
    ]
}

fn refusal(folder: &Path) -> String {
    Store::open(folder).expect_err("a refusal").to_string()
}

fn second_is_refused(folder: &Path) {
    let first = open(folder);
    let folder_name = folder.canonicalize().expect("a folder");
    assert_eq!(
        refusal(folder),
        format!(
            "another krait serves from the data folder {}; stop it, or name another folder with \
             --data-dir",
            folder_name.display()
        )
    );
    wait_for(first.close()).expect("closed");
    drop(open(folder));
}

fn folder_is_made(folder: &Path) {
    let data = folder.join("a/b");
    let store = open(&data);
    assert_eq!(store.folder(), data.canonicalize().expect("a folder"));
    wait_for(store.enqueue(event("one", "f", NOW))).expect("queued");
    for (name, mode) in [
        ("", 0o700),
        ("code", 0o700),
        ("lock", 0o600),
        ("krait.sqlite", 0o600),
        ("krait.sqlite-wal", 0o600),
        ("records.sqlite", 0o600),
    ] {
        let about = fs::metadata(data.join(name)).expect(name);
        assert_eq!(about.permissions().mode() & 0o777, mode, "{name}");
    }
}

fn folder_is_named(folder: &Path) {
    let file = folder.join("file");
    fs::write(&file, "").expect("a file");
    assert_eq!(
        refusal(&file.join("data")),
        format!(
            "the data folder {}/data cannot be used: Not a directory (os error 20); name another \
             with --data-dir",
            file.display()
        )
    );
}

fn damaged(folder: &Path) {
    let folder = folder.canonicalize().expect("a folder");
    fs::write(folder.join("krait.sqlite"), "no database ".repeat(1000)).expect("a file");
    let said = format!(
        "{}/krait.sqlite is damaged (file is not a database); put a copy of it back, or move it \
         away to start anew",
        folder.display()
    );
    assert_eq!(refusal(&folder), said);
    // The lock was given back.
    assert_eq!(refusal(&folder), said);
}

fn damaged_records(folder: &Path) {
    let folder = folder.canonicalize().expect("a folder");
    let store = open(&folder);
    wait_for(store.save_function(function("f", None))).expect("saved");
    wait_for(store.close()).expect("closed");
    drop(store);
    fs::write(folder.join("records.sqlite"), "no database ".repeat(1000)).expect("a file");
    let store = open(&folder);
    let name = folder.join("records.sqlite");
    assert_eq!(
        store.set_aside(),
        Some(&*format!(
            "{name} is damaged (file is not a database); it is now {name}.damaged, and the records \
             of invocations begin anew",
            name = name.display()
        ))
    );
    assert_eq!(wait_for(store.functions()).expect("functions").len(), 1);
    wait_for(store.close()).expect("closed");
    drop(store);
    assert_eq!(open(&folder).set_aside(), None);
    assert!(folder.join("records.sqlite.damaged").exists());
}

fn code_alone(folder: &Path) {
    let folder = folder.canonicalize().expect("a folder");
    let store = open(&folder);
    let code = wait_for(store.save_code("abc".into())).expect("saved");
    let path = store.code_path(code.digest());
    wait_for(store.close()).expect("closed");
    drop((code, store));
    for end in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(folder.join(format!("krait.sqlite{end}")));
    }
    assert_eq!(
        refusal(&folder),
        format!(
            "{}/krait.sqlite is not there, though the functions' code is; put a copy of it back, \
             or move the folder code beside it away to start anew",
            folder.display()
        )
    );
    assert!(path.exists());
    fs::rename(folder.join("code"), folder.join("away")).expect("moved");
    drop(open(&folder));
}

fn damaged_within(folder: &Path) {
    let store = open(folder);
    wait_for(store.save_function(function("f", None))).expect("saved");
    wait_for(store.close()).expect("closed");
    let file = folder.canonicalize().expect("a folder").join("krait.sqlite");
    let mut bytes = fs::read(&file).expect("the database");
    bytes[4096..].fill(0xA5);
    fs::write(&file, bytes).expect("written");
    let found = Store::open(folder).and_then(|store| wait_for(store.functions()));
    match found {
        Err(StoreError::Damaged { file: named, .. }) => assert_eq!(named, file),
        other => panic!("{other:?}"),
    }
}

fn newer(folder: &Path) {
    wait_for(open(folder).close()).expect("closed");
    let folder = folder.canonicalize().expect("a folder");
    let file = folder.join("krait.sqlite");
    let connection = rusqlite::Connection::open(&file).expect("a database");
    connection.pragma_update(None, "user_version", 7).expect("a version");
    drop(connection);
    assert_eq!(
        refusal(&folder),
        format!(
            "{} was written by a newer krait: its version is 7, and this krait knows 2; use the \
             newer krait, or name another folder with --data-dir",
            file.display()
        )
    );
}

fn older(folder: &Path) {
    let old = rusqlite::Connection::open(folder.join("krait.sqlite")).expect("a database");
    old.execute_batch(include_str!("version_1.sql")).expect("as it was written");
    drop(old);
    // Twice: the second time it is up to date.
    for _ in 0..2 {
        wait_for(async {
            let store = open(folder);
            let functions = store.functions().await.expect("functions");
            let known: Vec<_> =
                functions.iter().map(|each| (&*each.name, &*each.version)).collect();
            assert_eq!(known, [("f", "$LATEST"), ("f", "1")]);
            assert_eq!(store.namespaces().await.expect("namespaces")[0].description, "of old");
            let claimed = store.claim(NOW, Room::for_any(10)).await.expect("a claim");
            let events: Vec<_> = claimed.iter().map(|each| &each.event[..]).collect();
            assert_eq!(events, [b"{\"of\": \"queued\"}".as_slice(), b"{\"of\": \"running\"}"]);
            // What is stored from now on is checked.
            store.save_function(functions[0].clone()).await.expect("saved");
            store.close().await.expect("closed");
        });
    }
    let now = rusqlite::Connection::open(folder.join("krait.sqlite")).expect("a database");
    now.execute("UPDATE functions SET definition = '{\"v\": 2}' WHERE version = '$LATEST'", [])
        .expect("changed");
    drop(now);
    let found = wait_for(open(folder).functions());
    assert!(matches!(found, Err(StoreError::Damaged { .. })), "{found:?}");
}

fn there_again(folder: &Path) {
    let namespace = Namespace {
        name: "n".to_owned(),
        description: "of tests".to_owned(),
        created_at: 1,
        modified_at: 2,
    };
    let (first, second) = (function("f", None), function("g", None));
    let published = StoredFunction { version: "1".to_owned(), ..first.clone() };
    wait_for(async {
        let store = open(folder);
        for each in [&second, &first, &published] {
            store.save_function(each.clone()).await.expect("saved");
        }
        let changed = StoredFunction { definition: "{\"v\": 2}".to_owned(), ..second.clone() };
        store.save_function(changed).await.expect("saved");
        store.save_namespace(namespace.clone()).await.expect("saved");
        store.close().await.expect("closed");
    });
    wait_for(async {
        let store = open(folder);
        let changed = StoredFunction { definition: "{\"v\": 2}".to_owned(), ..second };
        let functions = store.functions().await.expect("functions");
        assert_eq!(functions, [first, published, changed]);
        assert_eq!(store.namespaces().await.expect("namespaces"), [namespace]);
        let deleted = store.delete_function(key("f"), Some("1".to_owned())).await;
        assert_eq!(deleted, Ok(1));
        assert_eq!(store.delete_function(key("f"), None).await, Ok(1));
        assert_eq!(store.delete_function(key("f"), None).await, Ok(0));
        assert_eq!(store.functions().await.expect("functions").len(), 1);
        assert_eq!(store.delete_namespace("n".to_owned()).await, Ok(true));
        assert_eq!(store.delete_namespace("n".to_owned()).await, Ok(false));
    });
}

fn closed(folder: &Path) {
    wait_for(async {
        let store = open(folder);
        store.close().await.expect("closed");
        let refused = store.enqueue(event("one", "f", NOW)).await;
        assert_eq!(refused, Err(StoreError::Closed));
        assert_eq!(store.functions().await, Err(StoreError::Closed));
        assert_eq!(store.close().await, Ok(()));
    });
    assert!(!folder.join("krait.sqlite-wal").exists(), "the log is in the database");
}

pub(crate) fn function(name: &str, code: Option<String>) -> StoredFunction {
    StoredFunction {
        namespace: "default".to_owned(),
        name: name.to_owned(),
        version: "$LATEST".to_owned(),
        definition: "{\"v\": 1}".to_owned(),
        code,
        origin: "api".to_owned(),
        created_at: NOW,
        modified_at: NOW,
    }
}
