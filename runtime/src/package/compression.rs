//! How members of a zip are compressed.

use zip::CompressionMethod as Method;

/// A compression's name; none if every unzip knows it.
pub(super) fn foreign_compression(method: Method) -> Option<String> {
    let name = match method {
        Method::STORE | Method::DEFLATE => return None,
        Method::SHRINK => "shrinking",
        Method::REDUCE_1 | Method::REDUCE_2 | Method::REDUCE_3 | Method::REDUCE_4 => "reducing",
        Method::IMPLODE | Method::PKWARE_IMPLODE => "imploding",
        Method::DEFLATE64 => "Deflate64",
        Method::BZIP2 => "bzip2",
        Method::LZMA => "LZMA",
        Method::ZSTD | Method::ZSTD_DEPRECATED => "Zstandard",
        Method::XZ => "XZ",
        Method::PPMD => "PPMd",
        other => {
            #[expect(deprecated, reason = "there is no other way to a method's number")]
            return Some(format!("method {}", other.to_u16()));
        }
    };
    Some(name.to_owned())
}
