# krait: processes are forked unless the function asks otherwise. The default of Python
# 3.14 starts them by running sys.executable, which here is krait and no Python; the
# platform's Pythons are older, and fork.
_default_context = DefaultContext(_concrete_contexts["fork"])
