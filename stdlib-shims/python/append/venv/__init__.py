# krait: the scripts that a virtual environment gets are frozen, too (`build.rs`). They are laid into a
# folder for the time that they are copied.
def _setup_scripts_for_krait(self, context):
    import tempfile

    from _krait_venv import SCRIPTS

    with tempfile.TemporaryDirectory() as folder:
        for name, text in SCRIPTS.items():
            file = os.path.join(folder, name)
            os.makedirs(os.path.dirname(file), exist_ok=True)
            with open(file, "w", encoding="utf-8") as opened:
                opened.write(text)
        self.install_scripts(context, folder)


EnvBuilder.setup_scripts = _setup_scripts_for_krait
