# krait: no colours, in place of the library's own, which is `_krait_colours`. A function's output is
# a log, never a terminal, and the library's module imports dataclasses, inspect and ast to describe
# themes; `traceback`, and so `logging`, import it. The library's own is imported where something asks
# for colours, and for every other name. The module for WebAssembly has none.

import os
import sys


class _NoColours:
    """A theme, a section of one, or a set of colours: every colour is empty."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return ""

    def __getitem__(self, name):
        return ""

    def items(self):
        return ()


class _NoTheme:
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _no_colours

    def copy_with(self, **sections):
        return self

    @classmethod
    def no_colors(cls):
        return _no_theme


COLORIZE = True  # What the library's own begins with, and test runners put something else in.
_no_colours = _NoColours()
_no_theme = _NoTheme()
_without = {
    "ANSIColors": _no_colours,
    "NoColors": _no_colours,
    "Theme": _NoTheme,
    "default_theme": _no_theme,
    "theme_no_color": _no_theme,
}


def _own():
    """The library's own; None where there is none."""
    try:
        import _krait_colours
    except ImportError:
        return None
    _krait_colours.COLORIZE = COLORIZE
    return _krait_colours


def _may_be_coloured(file):
    """Whether the library's own could say yes: an output that is a terminal, or a wish."""
    try:
        if os.environ.get("FORCE_COLOR") or os.environ.get("PYTHON_COLORS"):
            return True
        return bool((file or sys.stdout).isatty())
    except Exception:
        return False


def can_colorize(*, file=None):
    if not _may_be_coloured(file):
        return False
    own = _own()
    return own.can_colorize(file=file) if own else False


def get_colors(colorize=False, *, file=None):
    own = _own() if colorize or can_colorize(file=file) else None
    return own.get_colors(True) if own else _no_colours


def get_theme(*, tty_file=None, force_color=False, force_no_color=False):
    own = _own() if force_color or not force_no_color and can_colorize(file=tty_file) else None
    return own.get_theme(force_color=True) if own else _no_theme


def set_theme(theme):
    if own := _own():
        own.set_theme(theme)


def decolor(text):
    if "\x1b" in text:
        import re

        text = re.sub("\x1b\\[[0-9;]*m", "", text)
    return text


def __getattr__(name):
    if not name.startswith("__"):
        own = _own()
        if own and hasattr(own, name):
            return getattr(own, name)
        if name in _without:
            return _without[name]
    raise AttributeError(f"module '_colorize' has no attribute {name!r}")
