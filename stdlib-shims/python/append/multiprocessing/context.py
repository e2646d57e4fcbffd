# krait: a function's processes are forked unless it asks otherwise. The default of Python 3.14
# starts them anew, one by one; the platform's Pythons are older, and fork. A program's are
# CPython's.
if not getattr(sys, "_krait_program", False):
    _default_context = DefaultContext(_concrete_contexts["fork"])
