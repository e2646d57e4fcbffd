"""The classes of XPath: expressions, evaluators, and what they give."""

from _krait_stand_ins.lxml_etree import errors, nodes, xpath_run, xpath_syntax


class _ElementUnicodeResult(str):
    """A text of a document, which knows where it stands."""

    _parent = None
    attrname = None
    is_tail = is_text = is_attribute = False

    def getparent(self):
        return self._parent

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self


class _FunctionNamespace:
    """People's own functions of a namespace."""

    def __init__(self, uri):
        self._uri, self._functions, self.prefix = uri, {}, None

    def __call__(self, given):
        if callable(given) and not isinstance(given, str):
            self._functions[given.__name__] = given
            return given

        def decorate(function):
            self._functions[given] = function
            return function

        return decorate

    def __setitem__(self, name, function):
        if not callable(function):
            raise errors.NamespaceRegistryError("Registered functions must be callable.")
        if not name:
            raise ValueError("extensions must have non empty names")
        self._functions[name] = function

    def __getitem__(self, name):
        return self._functions[name]

    def __delitem__(self, name):
        del self._functions[name]

    def __iter__(self):
        return iter(self._functions)

    def items(self):
        return list(self._functions.items())

    def iteritems(self):
        return iter(self._functions.items())

    def update(self, functions):
        for name, function in dict(functions).items():
            self[name] = function

    def clear(self):
        self._functions.clear()

    def __repr__(self):
        return f"FunctionNamespace({self._uri!r})"


_namespaces = {}


def FunctionNamespace(ns_uri):
    """The functions of a namespace, to be added to."""
    return _namespaces.setdefault(ns_uri or None, _FunctionNamespace(ns_uri))


def Extension(module, function_mapping=None, *, ns=None):
    """A table of functions, from an object's methods."""
    if function_mapping is None:
        function_mapping = [name for name in vars(type(module)) if not name.startswith("_")] or [n for n in dir(module) if n[0] != "_"]
    if isinstance(function_mapping, dict):
        return {(ns, name): getattr(module, own) for own, name in function_mapping.items()}
    return {(ns, name): getattr(module, name) for name in function_mapping}


class _Context:
    """What a function of people's own is called with."""

    def __init__(self, node):
        self.context_node, self.eval_context = node, {}


class _XPathEvaluatorBase:
    error_log = errors.ListErrorLog()

    def __init__(self, namespaces, extensions, smart_strings, regexp=True):
        self._prefixes = _prefixes(namespaces)
        self._extensions = {}
        for table in [extensions] if isinstance(extensions, dict) else extensions or ():
            self._extensions.update(table)
        self._smart = smart_strings
        self._compiled = {}
        self._context = None

    def _compile(self, path, error):
        prefixes = dict(self._prefixes)
        for uri, own in _namespaces.items():
            if own.prefix:
                prefixes.setdefault(own.prefix, uri)
        key = (path, tuple(prefixes.items()))
        found = self._compiled.get(key) or _cache.get(key)
        if found is None:
            try:
                found = xpath_syntax.Parser(path, prefixes).read()
            except (xpath_syntax.Wrong, RecursionError) as wrong:
                if str(wrong) == "Undefined namespace prefix" and error is errors.XPathSyntaxError:
                    return _failing(str(wrong))
                made = error(str(wrong) or "Invalid expression")
                made.error_log = errors.ListErrorLog([errors.LogEntry(str(wrong), domain=errors.ErrorDomains.XPATH)])
                raise made from None
            if len(_cache) > 200:
                _cache.clear()
            _cache[key] = self._compiled[key] = found
        return found

    def _evaluate(self, compiled, node, root, variables):
        functions = {(uri, name): own for uri, table in _namespaces.items() for name, own in table._functions.items()}
        functions.update({(key if isinstance(key, tuple) else (None, key)): own for key, own in self._extensions.items()})
        given = {name: _from_python(value) for name, value in variables.items()}
        run = xpath_run.Run(root, given, functions, self)
        context, self._context = self._context, _Context(node if node._kind == "element" else None)
        try:
            value = compiled(xpath_run.Place(node, 1, 1, run))
        except xpath_run.Failed as failed:
            raise errors.XPathEvalError(str(failed)) from None
        finally:
            self._context = context
        return self._to_python(value, True)

    def call(self, function, place, values):
        """Calls a function of people's own."""
        context = self._context or _Context(None)
        context.context_node = place.node if place.node._kind == "element" else None
        return _from_python(function(context, *[self._to_python(each, False) for each in values]))

    def _to_python(self, value, is_last):
        if type(value) is list:
            return [self._node(each) for each in value if each._kind != "root"]
        if type(value) is str and self._smart and is_last:
            return _ElementUnicodeResult(value)
        return value

    def _node(self, node):
        kind = type(node)
        if kind is xpath_run.Namespace:
            return node.prefix, node.value
        if kind not in (xpath_run.Text, xpath_run.Attribute):
            return node
        if not self._smart:
            return node.value
        made = _ElementUnicodeResult(node.value)
        made._parent = node.owner
        if kind is xpath_run.Attribute:
            made.is_attribute, made.attrname = True, node.name
        elif node.is_tail:
            made.is_tail = True
        else:
            made.is_text = True
        return made


_cache = {}


def _failing(message):
    def run(place):
        raise xpath_run.Failed(message)

    return run


def _prefixes(namespaces):
    found = {}
    for prefix, uri in (namespaces.items() if hasattr(namespaces, "items") else namespaces or ()):
        if not prefix:
            raise TypeError("empty namespace prefix is not supported in XPath")
        if not uri:
            raise TypeError("setting default namespace is not supported in XPath")
        found[prefix if isinstance(prefix, str) else prefix.decode()] = uri if isinstance(uri, str) else uri.decode()
    return found


def _from_python(value):
    if isinstance(value, bool) or value is None:
        return bool(value) if value is not None else []
    if isinstance(value, (int, float)):
        return float(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, nodes._Element):
        return [value]
    if hasattr(value, "getroot"):
        return [value.getroot()]
    try:
        given = list(value)
    except TypeError:
        raise errors.XPathResultError(f"Unknown return type: {type(value).__name__}") from None
    made = []
    for each in given:
        if isinstance(each, nodes._Element):
            made.append(each)
        elif isinstance(each, _ElementUnicodeResult) and each.getparent() is not None:
            parent = each.getparent()
            if each.is_attribute:
                made.append(xpath_run.Attribute(parent, each.attrname))
            else:
                made.append(xpath_run.Text(parent, each.is_tail))
        elif isinstance(each, str):
            holder = nodes.Element("result")
            holder._text = str(each)
            made.append(xpath_run.Text(holder, False))
        else:
            raise errors.XPathResultError(f"This is not a supported node-set result: {each!r}")
    return made


def _root_of(node):
    return xpath_run.Root(nodes._document(node).tops)


class XPathElementEvaluator(_XPathEvaluatorBase):
    """Evaluates expressions at an element."""

    def __init__(self, element, *, namespaces=None, extensions=None, regexp=True, smart_strings=True):
        if element is None or not hasattr(element, "_children"):
            raise TypeError(f"Argument 'element' has incorrect type (expected lxml.etree._Element, got {type(element).__name__})")
        super().__init__(namespaces, extensions, smart_strings, regexp)
        self._element = element

    def register_namespace(self, prefix, uri):
        self._prefixes[prefix] = uri

    def register_namespaces(self, namespaces):
        self._prefixes.update(_prefixes(namespaces))

    def __call__(self, _path, **_variables):
        compiled = self._compile(_text(_path), errors.XPathEvalError)
        return self._evaluate(compiled, self._element, _root_of(self._element), _variables)


class XPathDocumentEvaluator(XPathElementEvaluator):
    """Evaluates expressions at a tree."""

    def __init__(self, etree, *, namespaces=None, extensions=None, regexp=True, smart_strings=True):
        super().__init__(
            etree._asserted(), namespaces=namespaces, extensions=extensions, regexp=regexp, smart_strings=smart_strings,
        )

    def __call__(self, _path, **_variables):
        compiled = self._compile(_text(_path), errors.XPathEvalError)
        root = _root_of(self._element) if self._element._parent is None else xpath_run.Root([self._element])
        return self._evaluate(compiled, self._element, root, _variables)


def XPathEvaluator(etree_or_element, *, namespaces=None, extensions=None, regexp=True, smart_strings=True):
    """The evaluator of a tree or an element."""
    kind = XPathDocumentEvaluator if hasattr(etree_or_element, "getroot") else XPathElementEvaluator
    return kind(etree_or_element, namespaces=namespaces, extensions=extensions, regexp=regexp, smart_strings=smart_strings)


class XPath(_XPathEvaluatorBase):
    """An expression, to be called with trees and elements."""

    def __init__(self, path, *, namespaces=None, extensions=None, regexp=True, smart_strings=True):
        super().__init__(namespaces, extensions, smart_strings, regexp)
        self._path = _text(path)
        self._function = self._compile(self._path, errors.XPathSyntaxError)

    @property
    def path(self):
        return self._path

    def __call__(self, _etree_or_element, **_variables):
        given = _etree_or_element
        if hasattr(given, "getroot"):
            element = given.getroot()
            if element is None:
                raise ValueError(f"Input object has no element: {type(given).__name__}")
            root = _root_of(element) if element._parent is None else xpath_run.Root([element])
            return self._evaluate(self._function, element, root, _variables)
        if not hasattr(given, "_children"):
            raise TypeError(f"Invalid input object: {type(given).__name__}")
        return self._evaluate(self._function, given, _root_of(given), _variables)

    def __repr__(self):
        return self._path


class ETXPath(XPath):
    """An expression whose names are in Clark's notation."""

    def __init__(self, path, *, extensions=None, regexp=True, smart_strings=True):
        import re

        prefixes = {}

        def replaced(found):
            if found.group(1) is None:
                return found.group()
            uri = found.group(1)
            if not uri:
                return ""
            prefix = prefixes.setdefault(uri, f"__xpp{len(prefixes) + 1:02d}")
            return f"{prefix}:"

        plain = re.sub(r"""\{([^}]*)\}|"[^"]*"|'[^']*'""", replaced, _text(path))
        namespaces = {prefix: uri for uri, prefix in prefixes.items()}
        super().__init__(plain, namespaces=namespaces, extensions=extensions, regexp=regexp, smart_strings=smart_strings)


def _text(path):
    from _krait_stand_ins.lxml_etree.names import text_of

    return text_of(path)
