# krait.wasm: what a function that starts a process finds, and permissions, which WASI's files
# have not: they are taken note of, and change nothing.
def system(command):
    raise OSError(58, "a WebAssembly module (WASI preview 1) cannot start processes")


def chmod(path, mode, *, dir_fd=None, follow_symlinks=True):
    stat(path, dir_fd=dir_fd, follow_symlinks=follow_symlinks)


def access(path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True):
    try:
        stat(path, dir_fd=dir_fd, follow_symlinks=follow_symlinks)
    except OSError:
        return False
    return True


_umask = 0o022


def umask(mask):
    global _umask
    before, _umask = _umask, mask & 0o777
    return before


__all__ += ["system", "access", "chmod", "umask"]
