//! Code beside the database.

use super::{key, opening::function, trial};
use krait::platform::store::{Store, StoreError, StoredFunction};
use libtest_mimic::Trial;
use std::fs;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("code is kept by its digest", kept),
        trial("code that is used is not collected", collected),
        trial("a function cannot refer to code that is not there", refused),
    ]
}

/// The digest of `abc`, which FIPS 180-4 has.
const DIGEST: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn names(store: &Store) -> Vec<String> {
    let entries = fs::read_dir(store.folder().join("code")).expect("a folder");
    entries.map(|entry| entry.expect("a file").file_name().to_string_lossy().into()).collect()
}

async fn kept(store: Store) {
    for _ in 0..2 {
        let code = store.save_code("abc".into()).await.expect("saved");
        assert_eq!(code.digest(), DIGEST);
        assert_eq!(fs::read(store.code_path(DIGEST)).expect("the code"), b"abc");
        assert_eq!(names(&store), [format!("{DIGEST}.zip")]);
    }
}

async fn collected(store: Store) {
    let code = store.save_code("abc".into()).await.expect("saved");
    assert_eq!(store.collect_unused_code().await, Ok(0), "a function may yet refer to it");
    let saved = function("f", Some(code.digest().to_owned()));
    store.save_function(saved.clone()).await.expect("saved");
    let published = StoredFunction { version: "1".to_owned(), ..saved };
    store.save_function(published).await.expect("saved");
    drop(code);
    drop(store.save_code("unused".into()).await.expect("saved"));
    fs::write(store.folder().join("code/.half-written"), "ab").expect("a file");
    assert_eq!(store.collect_unused_code().await, Ok(2));
    assert_eq!(names(&store), [format!("{DIGEST}.zip")]);
    store.delete_function(key("f"), Some("$LATEST".to_owned())).await.expect("deleted");
    assert_eq!(store.collect_unused_code().await, Ok(0), "version 1 has it");
    store.delete_function(key("f"), None).await.expect("deleted");
    assert_eq!(store.collect_unused_code().await, Ok(1));
    assert!(names(&store).is_empty());
}

async fn refused(store: Store) {
    let refused = store.save_function(function("f", Some(DIGEST.to_owned()))).await;
    let refused = refused.expect_err("a refusal");
    assert_eq!(refused, StoreError::NoSuchCode { digest: DIGEST.to_owned() });
    assert_eq!(
        refused.to_string(),
        format!("there is no code {DIGEST} in the store; save it first")
    );
    assert_eq!(store.functions().await, Ok(Vec::new()));
}
