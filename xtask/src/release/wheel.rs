//! A wheel that puts the program on the PATH, for `pip install krait` and `uvx krait`
//! (packaging.python.org, "Binary distribution format"). It holds no Python.

use super::{Facts, Parts, Program, archive::Compression, root};
use anyhow::{Context, Result};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use std::{
    fs,
    io::{Cursor, Write as _},
    path::Path,
};
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

/// A zip's times begin in 1980.
const FIRST_TIME: u64 = 315_532_800;

/// Writes `krait-VERSION-py3-none-PLATFORMS.whl`.
pub(super) fn write(
    folder: &Path,
    program: &Program,
    parts: &Parts,
    facts: &Facts,
    compression: Compression,
) -> Result<()> {
    let platforms = program.target.wheel;
    let stem = format!("krait-{}", facts.version);
    let about = format!("{stem}.dist-info");
    let tags: String =
        platforms.split('.').map(|platform| format!("Tag: py3-none-{platform}\n")).collect();
    let wheel =
        format!("Wheel-Version: 1.0\nGenerator: krait xtask\nRoot-Is-Purelib: false\n{tags}");
    let mut files: Vec<(String, u32, &[u8])> = Vec::new();
    let metadata = metadata(parts, facts)?;
    files.push((format!("{stem}.data/scripts/krait"), 0o755, &program.bytes));
    files.push((format!("{about}/METADATA"), 0o644, metadata.as_bytes()));
    files.push((format!("{about}/WHEEL"), 0o644, wheel.as_bytes()));
    for (name, text) in &parts.licences {
        files.push((format!("{about}/licenses/{name}"), 0o644, text));
    }
    let record = format!("{about}/RECORD");
    let mut recorded = String::new();
    for (name, _, bytes) in &files {
        let digest = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(bytes));
        recorded.push_str(&format!("{name},sha256={digest},{}\n", bytes.len()));
    }
    recorded.push_str(&format!("{record},,\n"));
    files.push((record, 0o644, recorded.as_bytes()));

    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let common = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(compression.deflate.into()))
        .last_modified_time(zip_time(facts.time)?);
    for (name, mode, bytes) in files {
        zip.start_file(name, common.unix_permissions(mode))?;
        zip.write_all(bytes)?;
    }
    let path = folder.join(format!("{stem}-py3-none-{platforms}.whl"));
    fs::write(&path, zip.finish()?.into_inner()).with_context(|| path.display().to_string())
}

fn metadata(parts: &Parts, facts: &Facts) -> Result<String> {
    let mut text = format!(
        "Metadata-Version: 2.4\n\
         Name: krait\n\
         Version: {}\n\
         Summary: Runs Tencent Cloud SCF's Python functions locally: one static program\n\
         License-Expression: Apache-2.0 OR MIT\n",
        facts.version
    );
    for (name, _) in &parts.licences {
        text.push_str(&format!("License-File: {name}\n"));
    }
    text.push_str("Requires-Python: >=3.7\nDescription-Content-Type: text/markdown\n\n");
    text.push_str(&fs::read_to_string(root().join("README.md")).context("README.md")?);
    Ok(text)
}

/// A time as zips have it, in UTC.
fn zip_time(seconds: u64) -> Result<DateTime> {
    let seconds = seconds.max(FIRST_TIME);
    let (year, month, day) = date((seconds / 86_400) as i64);
    let of_day = seconds % 86_400;
    let part = |value: u64| u8::try_from(value).unwrap_or_default();
    DateTime::from_date_and_time(
        u16::try_from(year)?,
        month,
        day,
        part(of_day / 3600),
        part(of_day / 60 % 60),
        part(of_day % 60),
    )
    .map_err(|error| anyhow::anyhow!("{seconds} s after 1970 is no time of a zip: {error}"))
}

/// The year, month and day that lie so many days after 1970-01-01.
pub(super) fn date(days: i64) -> (i64, u8, u8) {
    // Years begin in March here: then the leap day is their last.
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    (year, u8::try_from(month).unwrap_or(1), u8::try_from(day).unwrap_or(1))
}
