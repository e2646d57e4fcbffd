//! Block ciphers.

use aes::{Aes128, Aes192, Aes256};
use blowfish::Blowfish;
use camellia::{Camellia128, Camellia192, Camellia256};
use cast5::Cast5;
use cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use des::{Des, TdesEde2, TdesEde3};
use idea::Idea;
use rc2::Rc2;
use sm4::Sm4;
use std::sync::Arc;

/// A block cipher with its key.
pub(super) trait Block: Send + Sync {
    /// The size of a block in bytes.
    fn size(&self) -> usize;
    /// Encrypts whole blocks in place.
    fn encrypt(&self, data: &mut [u8]);
    /// Decrypts whole blocks in place.
    fn decrypt(&self, data: &mut [u8]);
}

struct Of<C>(C);

impl<C: BlockCipherEncrypt + BlockCipherDecrypt + Send + Sync> Block for Of<C> {
    fn size(&self) -> usize {
        C::block_size()
    }

    fn encrypt(&self, data: &mut [u8]) {
        self.0.encrypt_blocks(Array::slice_as_chunks_mut(data).0);
    }

    fn decrypt(&self, data: &mut [u8]) {
        self.0.decrypt_blocks(Array::slice_as_chunks_mut(data).0);
    }
}

/// What bcrypt makes of a password, a salt and a cost of at most 31: `inverted` is the order of OpenBSD's.
fn expensive_blowfish(
    password: &[u8],
    salt: &[u8],
    cost: u32,
    inverted: bool,
) -> Option<Arc<dyn Block>> {
    if password.is_empty() || salt.is_empty() || cost > 31 {
        return None;
    }
    let mut state: Blowfish = Blowfish::bc_init_state();
    state.salted_expand_key(salt, password);
    let [first, second] = if inverted { [password, salt] } else { [salt, password] };
    for _ in 0..1_u32 << cost {
        state.bc_expand_key(first);
        state.bc_expand_key(second);
    }
    Some(Arc::new(Of(state)))
}

/// A cipher by the name that pycryptodome or cryptography has for it; none for a key that it does not take.
/// `number` is RC2's effective length of the key in bits, or a cost.
pub(super) fn block(name: &str, key: &[u8], number: u32, salt: &[u8]) -> Option<Arc<dyn Block>> {
    fn of<C>(key: &[u8]) -> Option<Arc<dyn Block>>
    where
        C: KeyInit + BlockCipherEncrypt + BlockCipherDecrypt + Send + Sync + 'static,
    {
        Some(Arc::new(Of(C::new_from_slice(key).ok()?)))
    }
    match (name, key.len()) {
        ("AES", 16) => of::<Aes128>(key),
        ("AES", 24) => of::<Aes192>(key),
        ("AES", 32) => of::<Aes256>(key),
        ("DES", _) => of::<Des>(key),
        ("DES3", 16) => of::<TdesEde2>(key),
        ("DES3", _) => of::<TdesEde3>(key),
        ("CAST", _) => of::<Cast5>(key),
        ("Blowfish", _) => of::<Blowfish>(key),
        ("Camellia", 16) => of::<Camellia128>(key),
        ("Camellia", 24) => of::<Camellia192>(key),
        ("Camellia", 32) => of::<Camellia256>(key),
        ("IDEA", _) => of::<Idea>(key),
        ("SM4", _) => of::<Sm4>(key),
        ("ARC2", 1..=128) if (1..=1024).contains(&number) => {
            Some(Arc::new(Of(Rc2::new_with_eff_key_len(key, number as usize))))
        }
        ("EKSBlowfish", _) => expensive_blowfish(key, salt, number, false),
        ("EKSBlowfish, inverted", _) => expensive_blowfish(key, salt, number, true),
        _ => None,
    }
}
