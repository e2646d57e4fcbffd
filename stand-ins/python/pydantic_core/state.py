"""What one validation carries along."""

LAX, STRICT, EXACT = 0, 1, 2
NO_IDS = frozenset()
DEPTH_LIMIT = 255


class State:
    """The settings of a call, and what the validators tell each other.

    Most calls set nothing: so the defaults are the class's, and making a state costs nothing.
    """

    input_type = 'python'
    strict = None
    extra_behavior = None
    from_attributes = None
    context = None
    by_alias = None
    by_name = None
    cache_strings = True
    # Of the best union choice: LAX, STRICT or EXACT; None outside unions.
    exactness = None
    fields_set_count = None
    allow_partial = 0
    has_field_error = False
    field_name = None
    data = None
    self_instance = None
    # (id of the input, id of the definition) of the definitions that are being validated.
    active = None
    depth = 0

    def strict_or(self, default):
        strict = self.strict
        return default if strict is None else strict

    def floor(self, exactness):
        known = self.exactness
        if known is not None and known > exactness:
            self.exactness = exactness

    def add_fields_set(self, count):
        self.fields_set_count = (self.fields_set_count or 0) + count

    def settings_of(self):
        """The state's own settings, for a state that outlives the call."""
        return dict(self.__dict__)


def lookup_type(state, by_alias, by_name):
    """1 by name, 2 by alias, 3 both."""
    alias = state.by_alias
    if alias is None:
        alias = True if by_alias is None else by_alias
    name = state.by_name
    if name is None:
        name = False if by_name is None else by_name
    kind = (1 if name else 0) | (2 if alias else 0)
    if kind == 0:
        raise ValueError('`validate_by_name` and `validate_by_alias` cannot both be set to `False`.')
    return kind
