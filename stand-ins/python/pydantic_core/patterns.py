"""Regular expressions of string constraints.

The default engine of pydantic is Rust's `regex`: no look-around, no back-references, `$` only at the
very end. Such a pattern is turned into one for `re`.
"""

import re
import unicodedata

from .exceptions import SchemaError

_known = {}


def compile_pattern(pattern, engine):
    """(text of the pattern, its search function)."""
    if isinstance(pattern, re.Pattern):
        return pattern.pattern, pattern.search
    if not isinstance(pattern, str):
        text = getattr(pattern, 'pattern', None)
        if not isinstance(text, str):
            raise SchemaError(f'Invalid pattern, must be str or re.Pattern: {pattern}')
        return text, re.compile(text).search
    if engine == 'rust-regex':
        search = _known.get(pattern)
        if search is None:
            search = _compile_rust(pattern)
            if len(_known) >= 50:
                _known.clear()
            _known[pattern] = search
        return pattern, search
    if engine == 'python-re':
        return pattern, re.compile(pattern).search
    raise SchemaError(f'Invalid regex engine: {engine}')


def _parse_error(pattern, start, end, text):
    marks = ' ' * start + '^' * max(1, end - start)
    return SchemaError(f'regex parse error:\n    {pattern}\n    {marks}\nerror: {text}')


def _compile_rust(pattern):
    try:
        return re.compile(_translate(pattern)).search
    except (re.error, OverflowError) as error:
        position = getattr(error, 'pos', None) or 0
        text = _RUST_TEXTS.get(getattr(error, 'msg', ''), str(getattr(error, 'msg', error)))
    raise _parse_error(pattern, position, position + 1, text)


_RUST_TEXTS = {
    'missing ), unterminated subpattern': 'unclosed group',
    'unbalanced parenthesis': 'unopened group',
    'unterminated character set': 'unclosed character class',
    'nothing to repeat': 'repetition operator missing expression',
}

_CLASSES = {
    'alpha': 'a-zA-Z', 'digit': '0-9', 'alnum': 'a-zA-Z0-9', 'upper': 'A-Z', 'lower': 'a-z',
    'space': r'\t\n\v\f\r ', 'punct': r'!-/:-@\[-`{-~', 'xdigit': '0-9A-Fa-f', 'word': r'\w',
    'blank': r'\t ', 'cntrl': r'\x00-\x1f\x7f', 'graph': '!-~', 'print': ' -~', 'ascii': r'\x00-\x7f',
}


def _translate(pattern):
    out = []
    index = 0
    size = len(pattern)
    in_class = False
    multi_line = False
    while index < size:
        char = pattern[index]
        if char == '\\' and index + 1 < size:
            text, index = _escape(pattern, index, in_class)
            out.append(text)
            continue
        if in_class:
            if char == '[' and pattern.startswith('[:', index):
                end = pattern.find(':]', index)
                name = pattern[index + 2 : end] if end > 0 else ''
                if name in _CLASSES:
                    out.append(_CLASSES[name])
                    index = end + 2
                    continue
            out.append('\\[' if char == '[' else char)
            if char == ']':
                in_class = False
            index += 1
            continue
        if char == '[':
            in_class = True
            out.append(char)
            index += 1
            if pattern.startswith('^', index):
                out.append('^')
                index += 1
            if pattern.startswith(']', index):
                out.append('\\]')
                index += 1
            continue
        if char == '(' and pattern.startswith('(?', index):
            for mark in ('(?=', '(?!', '(?<=', '(?<!'):
                if pattern.startswith(mark, index):
                    text = 'look-around, including look-ahead and look-behind, is not supported'
                    raise _parse_error(pattern, index, index + len(mark), text)
            flags = re.match(r'\(\?([a-zA-Z]*)(-[a-zA-Z]+)?[:)]', pattern[index:])
            if flags is not None and 'm' in flags[1]:
                multi_line = True
            if pattern.startswith('(?<', index):
                out.append('(?P<')
                index += 3
                continue
        if char == '$' and not multi_line:
            out.append('\\Z')
        else:
            out.append(char)
        index += 1
    return ''.join(out)


def _escape(pattern, index, in_class):
    char = pattern[index + 1]
    after = index + 2
    if char == 'z':
        return '\\Z', after
    if char in 'pP':
        if pattern.startswith('{', after):
            end = pattern.find('}', after)
            name, after = pattern[after + 1 : end], end + 1
        else:
            name, after = pattern[after : after + 1], after + 1
        ranges = _category(name.removeprefix('^'))
        negative = (char == 'P') != name.startswith('^')
        if in_class:
            return (ranges if not negative else ''), after
        return f'[{"^" if negative else ""}{ranges}]', after
    if char in 'xuU' and pattern.startswith('{', after):
        end = pattern.find('}', after)
        return re.escape(chr(int(pattern[after + 1 : end], 16))), end + 1
    if char.isdigit() and not in_class:
        raise _parse_error(pattern, index, index + 2, 'backreferences are not supported')
    if char.isalpha() and char not in 'AbBdDsSwWafnrtvxuUQE':
        raise _parse_error(pattern, index, index + 2, 'unrecognized escape sequence')
    return '\\' + char, after


_CATEGORY_NAMES = {
    'Letter': 'L', 'Lowercase_Letter': 'Ll', 'Uppercase_Letter': 'Lu', 'Number': 'N', 'Decimal_Number': 'Nd',
    'Punctuation': 'P', 'Symbol': 'S', 'Separator': 'Z', 'Mark': 'M', 'Other': 'C',
    'Alphabetic': 'L', 'Lowercase': 'Ll', 'Uppercase': 'Lu', 'Greek': None, 'Cyrillic': None, 'Han': None,
}
_SCRIPTS = {
    'Greek': '\u0370-\u0373\u0375-\u0377\u037a-\u037f\u0384\u0386\u0388-\u03e1\u03f0-\u03ff\u1f00-\u1fff',
    'Cyrillic': '\u0400-\u0484\u0487-\u052f\u1c80-\u1c88\u2de0-\u2dff\ua640-\ua69f',
    'Han': '\u2e80-\u2fd5\u3005\u3007\u3021-\u3029\u3038-\u303b\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufad9\U00020000-\U000323af',
    'Latin': 'A-Za-z\xaa\xba\xc0-\xd6\xd8-\xf6\xf8-\u02b8\u1e00-\u1eff\u2c60-\u2c7f\ua722-\ua787\uff21-\uff3a\uff41-\uff5a',
    'Hiragana': '\u3041-\u3096\u309d-\u309f',
    'Katakana': '\u30a1-\u30fa\u30fd-\u30ff\u31f0-\u31ff\uff66-\uff6f\uff71-\uff9d',
}
_categories = {}


def _category(name):
    """The ranges of a Unicode category or script, for a character class."""
    if name in _SCRIPTS:
        return _SCRIPTS[name]
    short = _CATEGORY_NAMES.get(name, name)
    known = _categories.get(short)
    if known is None:
        spans = []
        start = None
        category = unicodedata.category
        for code in range(0x110000):
            if category(chr(code)).startswith(short):
                if start is None:
                    start = code
            elif start is not None:
                spans.append((start, code - 1))
                start = None
        if start is not None:
            spans.append((start, 0x10FFFF))
        if not spans:
            raise SchemaError(f'regex parse error:\nerror: Unicode property not found: {name}')
        known = _categories[short] = ''.join(
            f'\\U{low:08x}' if low == high else f'\\U{low:08x}-\\U{high:08x}' for low, high in spans
        )
    return known
