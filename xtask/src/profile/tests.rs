use super::kept::{self, Fit, MadeFor};
use std::{env, fs, path::PathBuf};

const COMPILER: &str = "rustc 1.95.0 (59807616e 2026-04-14)
binary: rustc
commit-hash: 59807616e1fa2540724bfbac14d7976d7e4a3860
host: x86_64-unknown-linux-gnu
release: 1.95.0
LLVM version: 22.1.2
";

fn made_for(changes: usize) -> MadeFor {
    let changes = (0..changes).map(|i| (format!("rustpython-vm/change-{i}.md"), "0123".to_owned()));
    MadeFor {
        compiler: kept::summary(COMPILER),
        engine: "0.6.0".into(),
        changes: changes.collect(),
    }
}

/// A folder that is not there yet.
fn folder(name: &str) -> PathBuf {
    let folder = env::temp_dir().join(format!("krait-profile-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    folder
}

const PROFILE: &[u8] = b"\xfflprofi\x81 and what was counted";

#[test]
fn what_it_is_made_for_is_read_as_it_was_written() {
    let written = made_for(3);
    assert_eq!(MadeFor::read(&written.write("5f0c")), Some(("5f0c".into(), written)));
    assert_eq!(MadeFor::read("rustc 1.95.0\n"), None, "no checksum");
    assert_eq!(MadeFor::read("profile 5f0c\nchange\n"), None, "no name");
    assert_eq!(MadeFor::read("profile 5f0c\nother 1\n"), None, "a word that is not known");
}

#[test]
fn reads_what_the_compiler_and_the_lock_file_say() {
    let summary = "1.95.0 (59807616e 2026-04-14), LLVM 22.1.2, for x86_64-unknown-linux-gnu";
    assert_eq!(kept::summary(COMPILER), summary);
    let lock = "[[package]]\nname = \"rustpython-vm\"\nversion = \"0.6.0\"\n";
    assert_eq!(kept::version_of_engine(lock), "0.6.0");
}

#[test]
fn a_profile_of_another_compiler_is_not_used() {
    let mut other = made_for(3);
    other.compiler = kept::summary(&COMPILER.replace("1.95.0", "1.96.0"));
    let fit = other.fit(&made_for(3));
    assert!(matches!(fit, Fit::Without(_)), "{fit:?}");
    let said = fit.to_string();
    assert!(said.starts_with("built without a profile: it was made for rustc 1.96.0"), "{said}");
    assert!(said.ends_with("`cargo xtask profile` makes it anew"), "{said}");
}

#[test]
fn a_profile_is_old_when_a_tenth_of_the_changes_are_others() {
    let now = made_for(20);
    let mut kept = now.clone();
    assert_eq!(kept.fit(&now), Fit::Well);
    kept.changes.insert("rustpython-vm/change-0.md".into(), "4567".into());
    kept.changes.insert("rustpython-vm/gone.md".into(), "4567".into());
    assert_eq!(kept.fit(&now), Fit::Well, "two of twenty");
    kept.changes.remove("rustpython-vm/change-7.md");
    let said = "built by profile, which is old: 3 changes of the engine are not as it knows them, of \
                20; `cargo xtask profile` makes it anew";
    assert_eq!(kept.fit(&now).to_string(), said);
    kept = now.clone();
    kept.engine = "0.5.0".into();
    assert!(matches!(kept.fit(&now), Fit::Old(_)), "another engine");
}

#[test]
fn a_profile_is_unpacked_as_it_was_kept() {
    let folder = folder("kept");
    kept::keep(&folder, PROFILE, &made_for(3)).unwrap();
    let (fit, profile) = kept::fitting(&folder, &made_for(3));
    assert_eq!((fit, profile.unwrap().content), (Fit::Well, PROFILE.to_vec()));
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn says_why_there_is_none() {
    let folder = folder("none");
    let why = || {
        let (fit, profile) = kept::fitting(&folder, &made_for(3));
        assert!(profile.is_none());
        fit.to_string()
    };
    assert!(why().starts_with("built without a profile: there is none"), "{}", why());
    kept::keep(&folder, PROFILE, &made_for(3)).unwrap();
    let packed = folder.join("krait.profdata.xz");
    let mut damaged = fs::read(&packed).unwrap();
    *damaged.last_mut().unwrap() ^= 1;
    fs::write(&packed, damaged).unwrap();
    assert!(why().contains("it is damaged: its checksum is another"), "{}", why());
    fs::remove_file(folder.join("made-for")).unwrap();
    assert!(why().contains("what it is for is not known"), "{}", why());
    assert!(kept::keep(&folder, b"text", &made_for(3)).is_err(), "no profile");
    fs::remove_dir_all(folder).unwrap();
}
