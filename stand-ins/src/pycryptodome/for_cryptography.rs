//! What cryptography's stand-in needs beyond pycryptodome's: XTS, POLYVAL and Argon2.

use super::{block::Block, mode::exclusive_or};
use argon2::{Algorithm, Argon2, AssociatedData, ParamsBuilder, Version};
use polyval::{
    Polyval,
    universal_hash::{KeyInit, UniversalHash},
};

/// Encrypts or decrypts a unit of data in place, by XTS (IEEE 1619) with ciphertext stealing.
/// `tweak` is encrypted already. It fails for a cipher of other blocks, and for less than a block.
pub(super) fn xts(cipher: &dyn Block, tweak: [u8; 16], data: &mut [u8], encrypts: bool) -> bool {
    if cipher.size() != 16 || data.len() < 16 {
        return false;
    }
    let rest = data.len() % 16;
    // The last whole block waits if there is a rest, which steals from it.
    let whole = data.len() - rest - if rest == 0 { 0 } else { 16 };
    let mut tweak = u128::from_le_bytes(tweak);
    let mut tweaks = Vec::with_capacity(whole + 32);
    for _ in 0..whole / 16 + 2 {
        tweaks.extend_from_slice(&tweak.to_le_bytes());
        tweak = (tweak << 1) ^ ((tweak >> 127) * 0x87);
    }
    let turn = |data: &mut [u8], tweaks: &[u8]| {
        exclusive_or(data, tweaks);
        if encrypts {
            cipher.encrypt(data);
        } else {
            cipher.decrypt(data);
        }
        exclusive_or(data, tweaks);
    };
    turn(&mut data[..whole], &tweaks);
    if rest > 0 {
        let (one, other) = tweaks[whole..].split_at(16);
        let [first, second] = if encrypts { [one, other] } else { [other, one] };
        let (last, stolen) = data[whole..].split_at_mut(16);
        turn(last, first);
        stolen.swap_with_slice(&mut last[..rest]);
        turn(last, second);
    }
    true
}

/// POLYVAL (RFC 8452) of whole blocks; none where a size is wrong.
pub(super) fn polyval(key: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    if !data.len().is_multiple_of(16) {
        return None;
    }
    let mut state = Polyval::new_from_slice(key).ok()?;
    let (blocks, _) = cipher::Array::slice_as_chunks(data);
    state.update(blocks);
    Some(state.finalize().to_vec())
}

/// What Argon2 is given beside the password and the salt.
pub(super) struct Cost<'a> {
    pub(super) secret: &'a [u8],
    pub(super) data: &'a [u8],
    /// Passes, lanes, and memory in KiB.
    pub(super) numbers: [u32; 3],
    /// The version's number, 0x10 or 0x13.
    pub(super) version: u32,
}

/// Argon2 (RFC 9106) by its name; none for numbers that it does not take, and where memory is short.
pub(super) fn argon2(
    name: &str,
    password: &[u8],
    salt: &[u8],
    cost: &Cost<'_>,
    length: usize,
) -> Option<Vec<u8>> {
    let algorithm = match name {
        "argon2d" => Algorithm::Argon2d,
        "argon2i" => Algorithm::Argon2i,
        "argon2id" => Algorithm::Argon2id,
        _ => return None,
    };
    let [passes, lanes, memory] = cost.numbers;
    let mut parameters = ParamsBuilder::new();
    parameters.t_cost(passes).p_cost(lanes).m_cost(memory).output_len(length);
    parameters.data(AssociatedData::new(cost.data).ok()?);
    let parameters = parameters.build().ok()?;
    let version = Version::try_from(cost.version).ok()?;
    let hasher = Argon2::new_with_secret(cost.secret, algorithm, version, parameters).ok()?;
    let mut key = Vec::new();
    key.try_reserve_exact(length).ok()?;
    key.resize(length, 0);
    hasher.hash_password_into(password, salt, &mut key).ok()?;
    Some(key)
}
