"""Which packages cannot be imported without a compiled part that krait knows nothing of: what their code says."""

import os

# A handler of one of these is for the case that an import fails.
_CATCHING = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}


def compiled_part(staging, files):
    """The place in a package's code that needs a compiled module, and that module; None where there is none.

    Only what runs at every import counts: no branches, no functions, and nothing that is tried.
    """
    code = {_module(each): each for each in files if each.endswith(".py")}
    compiled = {_module(each): each for each in files if each.endswith(".so")}
    waiting = sorted(each for each in code if "." not in each)
    if not code:
        module = min(compiled)
        return compiled[module], module
    seen = set(waiting)
    while waiting:
        module = waiting.pop(0)
        for line, wanted in _imports(staging, code[module], module):
            for name in (wanted, wanted.rpartition(".")[0]):
                if name in compiled and name not in code:
                    return f"{code[module]}:{line}", name
                if name in code and name not in seen:
                    seen.add(name)
                    waiting.append(name)
    return None


def _module(file):
    """The module that a file is."""
    folder, _, name = file.rpartition("/")
    name = name.partition(".")[0]
    parts = folder.split("/") if folder else []
    return ".".join(parts if name == "__init__" else [*parts, name])


def _imports(staging, file, module):
    """The modules that a file imports whenever it is imported itself, each with its line."""
    import ast

    try:
        with open(os.path.join(staging, file), "rb") as source:
            body = ast.parse(source.read()).body
    except (OSError, SyntaxError, ValueError):
        return
    package = module.split(".") if file.endswith("/__init__.py") else module.split(".")[:-1]
    for statement in _always(body):
        if isinstance(statement, ast.Import):
            for each in statement.names:
                yield statement.lineno, each.name
        elif isinstance(statement, ast.ImportFrom):
            base = package[: len(package) - statement.level + 1] if statement.level else []
            base = ".".join([*base, *filter(None, [statement.module])])
            for each in statement.names:
                yield statement.lineno, f"{base}.{each.name}" if base else each.name


def _always(body):
    """The statements that run whatever holds, those in blocks among them."""
    import ast

    for statement in body:
        if isinstance(statement, ast.Try) and any(map(_catches, statement.handlers)):
            continue
        yield statement
        if isinstance(statement, ast.Try):
            yield from _always(statement.body)


def _catches(handler):
    import ast

    kind = handler.type
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(each is None or getattr(each, "attr", getattr(each, "id", None)) in _CATCHING for each in kinds)
