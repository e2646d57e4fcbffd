
# krait.wasm: the engine's sockets are made, and fail when they are used. These fail at once,
# with the reason.
def _no_sockets(*_, **__):
    raise OSError(errno.ENOTSUP, "a WebAssembly module (WASI preview 1) cannot open sockets")


socket.__init__ = _no_sockets
# A socket that was never made is not closed.
socket.__del__ = lambda self: None
for _name in "fromfd getaddrinfo gethostbyaddr gethostbyname gethostbyname_ex getnameinfo socketpair".split():
    globals()[_name] = _no_sockets
del _name
