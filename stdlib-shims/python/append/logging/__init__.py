# krait: the platform's bootstrap gives the root logger a bare handler on stdout and
# the level DEBUG (docs/contract.md §4.2). Done here, so that a function that never logs
# does not pay for importing this module.
def _configure_root_for_krait():
    handler = StreamHandler(sys.stdout)
    root.addHandler(handler)
    root.setLevel(DEBUG)


_configure_root_for_krait()
del _configure_root_for_krait
