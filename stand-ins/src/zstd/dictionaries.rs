//! Dictionaries that are made of samples.

use super::library::{
    self, ZDICT_fastCover_params_t, ZDICT_finalizeDictionary,
    ZDICT_optimizeTrainFromBuffer_fastCover, ZDICT_params_t, signed,
};

/// Samples one after another, and how long each is.
pub(super) struct Samples<'a> {
    bytes: &'a [u8],
    sizes: &'a [usize],
    count: u32,
}

impl<'a> Samples<'a> {
    /// Says what is wrong if the samples are too many, or not as long together as the bytes.
    pub(super) fn new(bytes: &'a [u8], sizes: &'a [usize]) -> Result<Self, &'static str> {
        let whole = sizes.iter().try_fold(0_usize, |sum, size| sum.checked_add(*size));
        let count = u32::try_from(sizes.len()).map_err(|_| "too many samples")?;
        if whole != Some(bytes.len()) {
            return Err("the samples are not as long as is said");
        }
        Ok(Self { bytes, sizes, count })
    }
}

/// The package's arguments for training.
pub(super) struct Training {
    /// k, d, f, accel, steps.
    pub cover: (u32, u32, u32, u32, u32),
    /// threads, level, notifications, dict_id.
    pub about: (u32, i32, u32, u32),
    pub split: f64,
}

/// Makes a dictionary of samples: its size, or an error, and the values of `k` and `d` that were found.
pub(super) fn train(
    place: &mut [u8],
    samples: &Samples<'_>,
    training: &Training,
) -> (isize, u32, u32) {
    let (k, d, f, accel, steps) = training.cover;
    let (threads, level, notifications, dictionary) = training.about;
    let mut wanted = ZDICT_fastCover_params_t {
        k,
        d,
        f,
        steps,
        nbThreads: threads,
        splitPoint: training.split,
        accel,
        shrinkDict: 0,
        shrinkDictMaxRegression: 0,
        zParams: ZDICT_params_t {
            compressionLevel: level,
            notificationLevel: notifications,
            dictID: dictionary,
        },
    };
    // SAFETY: the buffers are borrowed, and the sizes are those of the samples.
    let result = signed(unsafe {
        ZDICT_optimizeTrainFromBuffer_fastCover(
            place.as_mut_ptr().cast(),
            place.len(),
            samples.bytes.as_ptr().cast(),
            samples.sizes.as_ptr(),
            samples.count,
            &raw mut wanted,
        )
    });
    // This version of the library forgets the number that it is told; it stands behind the magic number.
    if let (1.., Some(number)) = (dictionary, place.get_mut(4..8))
        && result > 0
    {
        number.copy_from_slice(&dictionary.to_le_bytes());
    }
    (result, wanted.k, wanted.d)
}

/// Makes a dictionary of content and of samples: its size, or an error.
pub(super) fn finalize(
    place: &mut [u8],
    content: &[u8],
    samples: &Samples<'_>,
    level: i32,
) -> isize {
    let about = ZDICT_params_t { compressionLevel: level, notificationLevel: 0, dictID: 0 };
    // SAFETY: the buffers are borrowed, and the sizes are those of the samples.
    signed(unsafe {
        ZDICT_finalizeDictionary(
            place.as_mut_ptr().cast(),
            place.len(),
            content.as_ptr().cast(),
            content.len(),
            samples.bytes.as_ptr().cast(),
            samples.sizes.as_ptr(),
            samples.count,
            about,
        )
    })
}

/// The number of a dictionary: zero where it has none.
pub(super) fn id(data: &[u8]) -> u32 {
    // SAFETY: the data is read while it is borrowed.
    unsafe { library::ZDICT_getDictID(data.as_ptr().cast(), data.len()) }
}
