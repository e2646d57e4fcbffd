# krait: the platform's bootstrap gives the root logger a bare handler on stdout and
# the level DEBUG (docs/contract.md §4.2). Done here, so that a function that never logs
# does not pay for importing this module.
def _configure_root_for_krait():
    handler = StreamHandler(sys.stdout)
    root.addHandler(handler)
    root.setLevel(DEBUG)


# A program's is CPython's: see _krait_shelf.py where it was imported ahead of time.
if not getattr(sys, "_krait_program", False):
    _configure_root_for_krait()
del _configure_root_for_krait
