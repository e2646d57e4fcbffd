# krait: what `site` puts among the builtins, without `site`, which looks for folders of packages,
# and without `os`: a start without a snapshot would pay for both.
def _install_for_krait():
    import builtins

    builtins.quit = Quitter("quit", "Ctrl-D (i.e. EOF)")
    builtins.exit = Quitter("exit", "Ctrl-D (i.e. EOF)")
    builtins.help = _Helper()
    for name, text in (
        ("copyright", sys.copyright),
        ("credits", """\
Thanks to CWI, CNRI, BeOpen, Zope Corporation, the Python Software
Foundation, and a cast of thousands for supporting Python
development.  See www.python.org for more information."""),
        ("license", "See https://www.python.org/psf/license/"),
    ):
        printer = _Printer.__new__(_Printer)
        printer._Printer__name = name
        printer._Printer__data = text
        printer._Printer__lines = None
        printer._Printer__filenames = []
        setattr(builtins, name, printer)
