# krait: no colours, in place of the library's own, which is `_krait_colours`. A function's output is
# a log, never a terminal, and the library's module imports dataclasses, inspect and ast to describe
# themes; `traceback`, and so `logging`, import it.


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
        return ANSIColors

    def copy_with(self, **sections):
        return self

    @classmethod
    def no_colors(cls):
        return default_theme


def _own(file=None):
    """The library's own, where a program's output is a terminal or its caller asks for colours."""
    import sys

    if not getattr(sys, "_krait_program", False):
        return None
    import os

    asked = os.environ.get("FORCE_COLOR") or os.environ.get("PYTHON_COLORS")
    if not asked:
        try:
            if not (file or sys.stdout).isatty():
                return None
        except Exception:
            return None
    import _krait_colours

    return _krait_colours


COLORIZE = True  # What the library's own begins with, and test runners put something else in.
ANSIColors = NoColors = _NoColours()
Theme = _NoTheme
default_theme = theme_no_color = _NoTheme()


def can_colorize(*, file=None):
    own = _own(file)
    return own.can_colorize(file=file) if own else False


def get_colors(colorize=False, *, file=None):
    own = _own(file)
    return own.get_colors(colorize, file=file) if own else NoColors


def get_theme(*, tty_file=None, force_color=False, force_no_color=False):
    own = None if force_no_color else _own(tty_file)
    if own is None:
        return default_theme
    return own.get_theme(tty_file=tty_file, force_color=force_color)


def set_theme(theme):
    if own := _own():
        own.set_theme(theme)


def decolor(text):
    if "\x1b" in text:
        import re

        text = re.sub("\x1b\\[[0-9;]*m", "", text)
    return text
