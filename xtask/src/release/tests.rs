//! Checks of what needs no program; tests/release has the others.

use super::{
    archive::{self, Compression, File},
    image, notes, sums,
};

#[test]
fn notes_are_a_versions_part() -> anyhow::Result<()> {
    let changelog =
        "# Changelog\n\n## Unreleased\n\n- c\n\n## 0.2.0 (2026-11-27)\n\n- b\n\n## 0.2\n\n- a\n";
    assert_eq!(notes::of_version(changelog, "0.2.0")?, "# krait 0.2.0 (2026-11-27)\n\n- b\n");
    assert_eq!(notes::of_version(changelog, "0.2")?, "# krait 0.2\n\n- a\n");
    let absent = notes::of_version(changelog, "0.3.0").unwrap_err().to_string();
    assert_eq!(
        absent,
        "CHANGELOG.md has no heading `## 0.3.0`: what changed must be said there first"
    );
    Ok(())
}

#[test]
fn times_are_those_of_the_calendar() {
    assert_eq!(image::time(0), "1970-01-01T00:00:00Z");
    assert_eq!(image::time(951_827_696), "2000-02-29T12:34:56Z");
    assert_eq!(image::time(1_795_782_765), "2026-11-27T12:32:45Z");
    assert_eq!(image::time(4_107_542_400), "2100-03-01T00:00:00Z");
}

#[test]
fn an_archive_does_not_depend_on_the_order_of_its_files() -> anyhow::Result<()> {
    let one = || File::new("a/one", b"1".to_vec());
    let two = || File::new("a/b/two", b"2".to_vec());
    let first = archive::tar(vec![one(), two()], "./", 7)?;
    assert_eq!(first, archive::tar(vec![two(), one()], "./", 7)?);
    assert_ne!(first, archive::tar(vec![two(), one()], "./", 8)?);
    let compression = Compression::of(true);
    assert_eq!(archive::gzip(&first, compression)?, archive::gzip(&first, compression)?);
    Ok(())
}

#[test]
fn sums_are_read_as_they_are_written() -> anyhow::Result<()> {
    let list = vec![("a".to_owned(), sums::digest(b"")), ("b c".to_owned(), sums::digest(b"x"))];
    let text = sums::text(&list);
    assert!(
        text.starts_with("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a\n")
    );
    assert_eq!(sums::read(&text)?, list);
    Ok(())
}
