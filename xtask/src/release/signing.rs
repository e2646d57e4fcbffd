//! The releaser's signature on the sums, as minisign makes it. What has a right sum in a signed list comes from
//! who has the key.

use super::{Facts, image::time, sums};
use anyhow::{Context, Result, bail, ensure};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use minisign::{PublicKey, SecretKey, SecretKeyBox, SignatureBox};
use std::{env, fs, io::Cursor, path::Path};

/// The variable that holds the secret key, or names its file. Where there is none, nothing is signed.
pub(super) const KEY: &str = "KRAIT_SIGNING_KEY";

/// The variable with the key's password, where it has one.
const PASSWORD: &str = "KRAIT_SIGNING_PASSWORD";

/// Who signs.
pub(super) struct Signer {
    key: SecretKey,
}

impl Signer {
    /// The releaser's key.
    ///
    /// # Errors
    /// When there is one that cannot be used.
    pub(super) fn of_releaser() -> Result<Option<Self>> {
        // A workflow without the secret sets an empty variable.
        let Some(given) = env::var(KEY).ok().filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let text = if given.contains('\n') {
            given
        } else {
            fs::read_to_string(&given).with_context(|| format!("the key that {KEY} names"))?
        };
        let wrong = || format!("{KEY} holds no key of minisign's, or has a password: {PASSWORD}");
        let password = env::var(PASSWORD).ok().filter(|text| !text.is_empty());
        let key = match password {
            Some(password) => SecretKeyBox::from_string(&text)
                .and_then(|key| key.into_secret_key(Some(password)))
                .with_context(wrong)?,
            None => without_password(&text).with_context(wrong)?,
        };
        Ok(Some(Self { key }))
    }

    /// The key's other half, as `minisign -P` takes it.
    pub(super) fn public_key(&self) -> Result<String> {
        Ok(PublicKey::from_secret_key(&self.key)?.to_base64())
    }

    /// Signs the sums, in a file beside them.
    pub(super) fn sign(&self, folder: &Path, sums: &str, facts: &Facts) -> Result<()> {
        let trusted =
            format!("krait {}, commit {}, {}", facts.version, facts.commit, time(facts.time));
        let signature = minisign::sign(
            None,
            &self.key,
            Cursor::new(sums),
            Some(&trusted),
            Some("krait's sums"),
        )?;
        fs::write(folder.join(signature_file()), signature.into_string())?;
        Ok(())
    }
}

/// A key without a password. minisign leaves the checksum of such a key empty, which the crate takes for a
/// damaged key: so its bytes are given.
fn without_password(text: &str) -> Option<SecretKey> {
    /// Where the key says how its password is used, and what it says where it has none.
    const WAY: (std::ops::Range<usize>, [u8; 2]) = (2..4, [0, 0]);
    let line = text.lines().nth(1)?;
    let bytes = BASE64_STANDARD.decode(line.trim()).ok()?;
    (bytes.get(WAY.0)? == WAY.1).then_some(())?;
    SecretKey::from_bytes(&bytes).ok()
}

fn signature_file() -> String {
    format!("{}.minisig", sums::FILE)
}

/// `verify FOLDER PUBLIC-KEY`: checks the signature, then each file's sum, and that there is no other file.
pub(super) fn verify_release(words: &[String]) -> Result<()> {
    let [folder, key] = words else { bail!("verify takes a folder and a public key") };
    let folder = Path::new(folder);
    let key = match fs::read_to_string(key) {
        Ok(text) => text.lines().last().unwrap_or_default().trim().to_owned(),
        Err(_) => key.clone(),
    };
    let key = PublicKey::from_base64(&key).context("this is no public key of minisign's")?;
    let text = fs::read_to_string(folder.join(sums::FILE)).context(sums::FILE)?;
    let signature = SignatureBox::from_file(folder.join(signature_file()))?;
    minisign::verify(&key, &signature, Cursor::new(&text), true, false, false)
        .with_context(|| format!("{} is not signed by this key", sums::FILE))?;
    let signed = sums::read(&text)?;
    let found = sums::of(folder)?;
    let own = [sums::FILE.to_owned(), signature_file()];
    for (name, digest) in found.iter().filter(|(name, _)| !own.contains(name)) {
        match signed.iter().find(|(signed, _)| signed == name) {
            None => bail!("{name} is not part of the release"),
            Some((_, signed)) => ensure!(signed == digest, "{name} was changed"),
        }
    }
    for (name, _) in &signed {
        ensure!(found.iter().any(|(found, _)| found == name), "{name} is missing");
    }
    println!("{} files are as they were signed: {}", signed.len(), signature.trusted_comment()?);
    Ok(())
}
