# krait: no colours, in place of the library's own. A function's output is a log, never a
# terminal, and the library's module imports dataclasses, inspect and ast to describe
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


COLORIZE = True  # What the library's own begins with, and test runners put something else in.
ANSIColors = NoColors = _NoColours()
Theme = _NoTheme
default_theme = theme_no_color = _NoTheme()


def can_colorize(*, file=None):
    return False


def get_colors(colorize=False, *, file=None):
    return NoColors


def get_theme(*, tty_file=None, force_color=False, force_no_color=False):
    return default_theme


def set_theme(theme):
    pass


def decolor(text):
    return text
