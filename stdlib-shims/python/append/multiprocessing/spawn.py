# krait: a function's `__main__` is the platform's own runtime, which has no file here to be run again.
def get_preparation_data(name, _as_for_a_program=get_preparation_data):
    data = _as_for_a_program(name)
    if not getattr(sys, "_krait_program", False):
        data.pop("init_main_from_path", None)
        data.pop("main_path", None)
    return data
