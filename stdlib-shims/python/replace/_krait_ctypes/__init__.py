# krait: the parts of `_ctypes`, which says what it is.
