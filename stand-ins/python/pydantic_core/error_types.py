"""The types of validation errors: their messages and the names of their context.

Each row: type -> (message for Python input, message for JSON input or None for the same,
((name of a field, kind of its value), ...)). The texts are pydantic's interface.
"""

ERROR_TYPES = {
    'no_such_attribute': (
        "Object has no attribute '{attribute}'",
        None,
        (('attribute', 'String'),),
    ),
    'json_invalid': (
        'Invalid JSON: {error}',
        None,
        (('error', 'String'),),
    ),
    'json_type': (
        'JSON input should be string, bytes or bytearray',
        None,
        (),
    ),
    'needs_python_object': (
        'Cannot check `{method_name}` when validating from json, use a JsonOrPython validator instead',
        None,
        (('method_name', 'String'),),
    ),
    'recursion_loop': (
        'Recursion error - cyclic reference detected',
        None,
        (),
    ),
    'recursion_depth_exceeded': (
        'Recursion error - maximum validation depth exceeded',
        None,
        (),
    ),
    'missing': (
        'Field required',
        None,
        (),
    ),
    'frozen_field': (
        'Field is frozen',
        None,
        (),
    ),
    'frozen_instance': (
        'Instance is frozen',
        None,
        (),
    ),
    'extra_forbidden': (
        'Extra inputs are not permitted',
        None,
        (),
    ),
    'invalid_key': (
        'Keys should be strings',
        None,
        (),
    ),
    'get_attribute_error': (
        'Error extracting attribute: {error}',
        None,
        (('error', 'String'),),
    ),
    'model_type': (
        'Input should be a valid dictionary or instance of {class_name}',
        'Input should be an object',
        (('class_name', 'String'),),
    ),
    'model_attributes_type': (
        'Input should be a valid dictionary or object to extract fields from',
        'Input should be an object',
        (),
    ),
    'dataclass_type': (
        'Input should be a dictionary or an instance of {class_name}',
        'Input should be an object',
        (('class_name', 'String'),),
    ),
    'dataclass_exact_type': (
        'Input should be an instance of {class_name}',
        None,
        (('class_name', 'String'),),
    ),
    'named_tuple_type': (
        'Input should be a tuple, list, dictionary or an instance of {class_name}',
        'Input should be an array or an object',
        (('class_name', 'String'),),
    ),
    'default_factory_not_called': (
        'The default factory uses validated data, but at least one validation error occurred',
        None,
        (),
    ),
    'none_required': (
        'Input should be None',
        'Input should be null',
        (),
    ),
    'greater_than': (
        'Input should be greater than {gt}',
        None,
        (('gt', 'Number'),),
    ),
    'greater_than_equal': (
        'Input should be greater than or equal to {ge}',
        None,
        (('ge', 'Number'),),
    ),
    'less_than': (
        'Input should be less than {lt}',
        None,
        (('lt', 'Number'),),
    ),
    'less_than_equal': (
        'Input should be less than or equal to {le}',
        None,
        (('le', 'Number'),),
    ),
    'multiple_of': (
        'Input should be a multiple of {multiple_of}',
        None,
        (('multiple_of', 'Number'),),
    ),
    'finite_number': (
        'Input should be a finite number',
        None,
        (),
    ),
    'too_short': (
        '{field_type} should have at least {min_length} item{expected_plural} after validation, not {actual_length}',
        None,
        (('field_type', 'String'), ('min_length', 'usize'), ('actual_length', 'usize')),
    ),
    'too_long': (
        '{field_type} should have at most {max_length} item{expected_plural} after validation, not {actual_length}',
        None,
        (('field_type', 'String'), ('max_length', 'usize'), ('actual_length', 'Option<usize>')),
    ),
    'iterable_type': (
        'Input should be iterable',
        'Input should be a valid array',
        (),
    ),
    'iteration_error': (
        'Error iterating over object, error: {error}',
        None,
        (('error', 'String'),),
    ),
    'string_type': (
        'Input should be a valid string',
        None,
        (),
    ),
    'string_unicode': (
        'Input should be a valid string, unable to parse raw data as a unicode string',
        None,
        (),
    ),
    'string_too_short': (
        'String should have at least {min_length} character{expected_plural}',
        None,
        (('min_length', 'usize'),),
    ),
    'string_too_long': (
        'String should have at most {max_length} character{expected_plural}',
        None,
        (('max_length', 'usize'),),
    ),
    'string_pattern_mismatch': (
        "String should match pattern '{pattern}'",
        None,
        (('pattern', 'String'),),
    ),
    'string_not_ascii': (
        'String should contain only ASCII characters',
        None,
        (),
    ),
    'enum': (
        'Input should be {expected}',
        None,
        (('expected', 'String'),),
    ),
    'dict_type': (
        'Input should be a valid dictionary',
        'Input should be an object',
        (),
    ),
    'frozen_dict_type': (
        'Input should be a valid frozendict',
        'Input should be an object',
        (),
    ),
    'ordered_dict_type': (
        'Input should be a valid OrderedDict',
        'Input should be an object',
        (),
    ),
    'counter_type': (
        'Input should be a valid Counter',
        'Input should be an object',
        (),
    ),
    'mapping_type': (
        'Input should be a valid mapping, error: {error}',
        None,
        (('error', 'String'),),
    ),
    'list_type': (
        'Input should be a valid list',
        'Input should be a valid array',
        (),
    ),
    'deque_type': (
        'Input should be a valid deque',
        'Input should be a valid array',
        (),
    ),
    'tuple_type': (
        'Input should be a valid tuple',
        'Input should be a valid array',
        (),
    ),
    'set_type': (
        'Input should be a valid set',
        'Input should be a valid array',
        (),
    ),
    'set_item_not_hashable': (
        'Set items should be hashable',
        None,
        (),
    ),
    'bool_type': (
        'Input should be a valid boolean',
        None,
        (),
    ),
    'bool_parsing': (
        'Input should be a valid boolean, unable to interpret input',
        None,
        (),
    ),
    'int_type': (
        'Input should be a valid integer',
        None,
        (),
    ),
    'int_parsing': (
        'Input should be a valid integer, unable to parse string as an integer',
        None,
        (),
    ),
    'int_parsing_size': (
        'Unable to parse input string as an integer, exceeded maximum size',
        None,
        (),
    ),
    'int_from_float': (
        'Input should be a valid integer, got a number with a fractional part',
        None,
        (),
    ),
    'float_type': (
        'Input should be a valid number',
        None,
        (),
    ),
    'float_parsing': (
        'Input should be a valid number, unable to parse string as a number',
        None,
        (),
    ),
    'bytes_type': (
        'Input should be a valid bytes',
        None,
        (),
    ),
    'bytes_too_short': (
        'Data should have at least {min_length} byte{expected_plural}',
        None,
        (('min_length', 'usize'),),
    ),
    'bytes_too_long': (
        'Data should have at most {max_length} byte{expected_plural}',
        None,
        (('max_length', 'usize'),),
    ),
    'bytes_invalid_encoding': (
        'Data should be valid {encoding}: {encoding_error}',
        None,
        (('encoding', 'String'), ('encoding_error', 'String')),
    ),
    'value_error': (
        'Value error, {error}',
        None,
        (('error', 'any'),),
    ),
    'assertion_error': (
        'Assertion failed, {error}',
        None,
        (('error', 'any'),),
    ),
    'literal_error': (
        'Input should be {expected}',
        None,
        (('expected', 'String'),),
    ),
    'missing_sentinel_error': (
        "Input should be the 'MISSING' sentinel",
        None,
        (),
    ),
    'ellipsis_error': (
        "Input should be the 'Ellipsis' literal",
        None,
        (),
    ),
    'date_type': (
        'Input should be a valid date',
        None,
        (),
    ),
    'date_parsing': (
        'Input should be a valid date in the format YYYY-MM-DD, {error}',
        None,
        (('error', 'String'),),
    ),
    'date_from_datetime_parsing': (
        'Input should be a valid date or datetime, {error}',
        None,
        (('error', 'String'),),
    ),
    'date_from_datetime_inexact': (
        'Datetimes provided to dates should have zero time - e.g. be exact dates',
        None,
        (),
    ),
    'date_past': (
        'Date should be in the past',
        None,
        (),
    ),
    'date_future': (
        'Date should be in the future',
        None,
        (),
    ),
    'time_type': (
        'Input should be a valid time',
        None,
        (),
    ),
    'time_parsing': (
        'Input should be in a valid time format, {error}',
        None,
        (('error', 'String'),),
    ),
    'datetime_type': (
        'Input should be a valid datetime',
        None,
        (),
    ),
    'datetime_parsing': (
        'Input should be a valid datetime, {error}',
        None,
        (('error', 'String'),),
    ),
    'datetime_object_invalid': (
        'Invalid datetime object, got {error}',
        None,
        (('error', 'String'),),
    ),
    'datetime_from_date_parsing': (
        'Input should be a valid datetime or date, {error}',
        None,
        (('error', 'String'),),
    ),
    'datetime_past': (
        'Input should be in the past',
        None,
        (),
    ),
    'datetime_future': (
        'Input should be in the future',
        None,
        (),
    ),
    'timezone_naive': (
        'Input should not have timezone info',
        None,
        (),
    ),
    'timezone_aware': (
        'Input should have timezone info',
        None,
        (),
    ),
    'timezone_offset': (
        'Timezone offset of {tz_expected} required, got {tz_actual}',
        None,
        (('tz_expected', 'i32'), ('tz_actual', 'i32')),
    ),
    'time_delta_type': (
        'Input should be a valid timedelta',
        'Input should be a valid duration',
        (),
    ),
    'time_delta_parsing': (
        'Input should be a valid timedelta, {error}',
        'Input should be a valid duration, {error}',
        (('error', 'String'),),
    ),
    'frozen_set_type': (
        'Input should be a valid frozenset',
        'Input should be a valid array',
        (),
    ),
    'is_instance_of': (
        'Input should be an instance of {class}',
        None,
        (('class', 'String'),),
    ),
    'is_subclass_of': (
        'Input should be a subclass of {class}',
        None,
        (('class', 'String'),),
    ),
    'callable_type': (
        'Input should be callable',
        None,
        (),
    ),
    'union_tag_invalid': (
        "Input tag '{tag}' found using {discriminator} does not match any of the expected tags: {expected_tags}",
        None,
        (('discriminator', 'String'), ('tag', 'String'), ('expected_tags', 'String')),
    ),
    'union_tag_not_found': (
        'Unable to extract tag using discriminator {discriminator}',
        None,
        (('discriminator', 'String'),),
    ),
    'arguments_type': (
        'Arguments must be a tuple, list or a dictionary',
        'Arguments must be an array or an object',
        (),
    ),
    'missing_argument': (
        'Missing required argument',
        None,
        (),
    ),
    'unexpected_keyword_argument': (
        'Unexpected keyword argument',
        None,
        (),
    ),
    'missing_keyword_only_argument': (
        'Missing required keyword only argument',
        None,
        (),
    ),
    'unexpected_positional_argument': (
        'Unexpected positional argument',
        None,
        (),
    ),
    'missing_positional_only_argument': (
        'Missing required positional only argument',
        None,
        (),
    ),
    'multiple_argument_values': (
        'Got multiple values for argument',
        None,
        (),
    ),
    'url_type': (
        'URL input should be a string or URL',
        None,
        (),
    ),
    'url_parsing': (
        'Input should be a valid URL, {error}',
        None,
        (('error', 'String'),),
    ),
    'url_syntax_violation': (
        'Input violated strict URL syntax rules, {error}',
        None,
        (('error', 'String'),),
    ),
    'url_too_long': (
        'URL should have at most {max_length} character{expected_plural}',
        None,
        (('max_length', 'usize'),),
    ),
    'url_scheme': (
        'URL scheme should be {expected_schemes}',
        None,
        (('expected_schemes', 'String'),),
    ),
    'uuid_type': (
        'UUID input should be a string, bytes or UUID object',
        None,
        (),
    ),
    'uuid_parsing': (
        'Input should be a valid UUID, {error}',
        None,
        (('error', 'String'),),
    ),
    'uuid_version': (
        'UUID version {expected_version} expected',
        None,
        (('expected_version', 'usize'),),
    ),
    'decimal_type': (
        'Decimal input should be an integer, float, string or Decimal object',
        None,
        (),
    ),
    'decimal_parsing': (
        'Input should be a valid decimal',
        None,
        (),
    ),
    'decimal_max_digits': (
        'Decimal input should have no more than {max_digits} digit{expected_plural} in total',
        None,
        (('max_digits', 'u64'),),
    ),
    'decimal_max_places': (
        'Decimal input should have no more than {decimal_places} decimal place{expected_plural}',
        None,
        (('decimal_places', 'u64'),),
    ),
    'decimal_whole_digits': (
        'Decimal input should have no more than {whole_digits} digit{expected_plural} before the decimal point',
        None,
        (('whole_digits', 'u64'),),
    ),
    'fraction_type': (
        'Fraction input should be an integer, float, string or Fraction object',
        None,
        (),
    ),
    'fraction_parsing': (
        'Input is not a valid fraction',
        None,
        (),
    ),
    'complex_type': (
        'Input should be a valid python complex object, a number, or a valid complex string following the rules at https://docs.python.org/3/library/functions.html#complex',
        None,
        (),
    ),
    'complex_str_parsing': (
        'Input should be a valid complex string following the rules at https://docs.python.org/3/library/functions.html#complex',
        None,
        (),
    ),
}
