
# The library is frozen, and lies in no folder: its modules are completed by their names.
class ModuleCompleter(ModuleCompleter):
    def __init__(self, namespace=None):
        self.namespace = namespace or {}
        self._global_cache = []
        self._curr_sys_path = sys.path[:]
        self._stdlib_path = None

    def _find_modules(self, path, prefix):
        import _imp

        found = set(super()._find_modules(path, prefix))
        if not path.startswith("."):
            before = f"{path}." if path else ""
            frozen = (each.removeprefix(before) for each in _imp._frozen_module_names() if each.startswith(before))
            names = [*frozen, *HARDCODED_SUBMODULES.get(path, ())]
            found.update(each for each in names if "." not in each and self.is_suggestion_match(each, prefix))
        return sorted(found)
