"""krait: the numbers of libzstd that both zstandard and the standard library's `_zstd` show."""


class Numbers:
    """libzstd's numbers under their names."""

    ZSTD_VERSION_MAJOR, ZSTD_VERSION_MINOR, ZSTD_VERSION_RELEASE = 1, 5, 7
    ZSTD_fast, ZSTD_dfast, ZSTD_greedy, ZSTD_lazy, ZSTD_lazy2 = 1, 2, 3, 4, 5
    ZSTD_btlazy2, ZSTD_btopt, ZSTD_btultra, ZSTD_btultra2 = 6, 7, 8, 9
    ZSTD_c_compressionLevel, ZSTD_c_windowLog, ZSTD_c_hashLog, ZSTD_c_chainLog = 100, 101, 102, 103
    ZSTD_c_searchLog, ZSTD_c_minMatch, ZSTD_c_targetLength, ZSTD_c_strategy = 104, 105, 106, 107
    ZSTD_c_enableLongDistanceMatching, ZSTD_c_ldmHashLog, ZSTD_c_ldmMinMatch = 160, 161, 162
    ZSTD_c_ldmBucketSizeLog, ZSTD_c_ldmHashRateLog = 163, 164
    ZSTD_c_contentSizeFlag, ZSTD_c_checksumFlag, ZSTD_c_dictIDFlag = 200, 201, 202
    ZSTD_c_nbWorkers, ZSTD_c_jobSize, ZSTD_c_overlapLog = 400, 401, 402
