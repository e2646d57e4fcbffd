# krait: what a handler finds where AWS Lambda runs it: its context, its logging, and how its
# failures are told. Not part of the standard library. Names and texts are those of Lambda's
# runtime for Python.
import importlib
import logging
import os
import sys
import time
import traceback

_request_id = ""
_tenant_id = None


class _Fault(Exception):
    """A failure whose type and text are Lambda's, and not those of an exception."""

    def __init__(self, kind, text, frames=()):
        super().__init__(text)
        self.kind = kind
        self.frames = list(frames)


class _Record:
    """An object of the fields in `__slots__`, which are None where nothing is known of them."""

    __slots__ = ()

    def __init__(self, known=None):
        for name in self.__slots__:
            setattr(self, name, (known or {}).get(name))

    def __repr__(self):
        fields = ",".join(f"{name}={getattr(self, name)}" for name in self.__slots__)
        return f"{type(self).__name__}([{fields}])"


class Client(_Record):
    __slots__ = ["installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name"]


class ClientContext(_Record):
    __slots__ = ["custom", "env", "client"]


class CognitoIdentity(_Record):
    __slots__ = ["cognito_identity_id", "cognito_identity_pool_id"]


class LambdaContext:
    def __init__(self, told):
        known = os.environ.get
        self.aws_request_id = told["aws_request_id"]
        self.log_group_name = known("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = known("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = known("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = known("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = known("AWS_LAMBDA_FUNCTION_VERSION")
        self.invoked_function_arn = told["invoked_function_arn"]
        self.tenant_id = told["tenant_id"]
        self._trace_fields = {}
        self.client_context = None
        client = _parsed(told["client_context"], "Client Context")
        if client is not None:
            traced = client.pop("w3c", None)
            if isinstance(traced, dict):
                for name in ("traceparent", "tracestate", "baggage"):
                    if isinstance(traced.get(name), str):
                        self._trace_fields[name] = traced[name]
            self.client_context = ClientContext(client)
            if self.client_context.client is not None:
                self.client_context.client = Client(self.client_context.client)
        identity = _parsed(told["cognito_identity"], "Cognito Identity") or {}
        self.identity = CognitoIdentity({
            "cognito_identity_id": identity.get("cognitoIdentityId"),
            "cognito_identity_pool_id": identity.get("cognitoIdentityPoolId"),
        })
        self._deadline_ms = told["deadline_ms"]

    def get_remaining_time_in_millis(self):
        return max(self._deadline_ms - int(time.time() * 1000), 0)

    def w3c(self):
        return dict(self._trace_fields)

    def log(self, msg):
        sys.stdout.write(str(msg))

    def __repr__(self):
        names = [
            "aws_request_id", "log_group_name", "log_stream_name", "function_name", "memory_limit_in_mb",
            "function_version", "invoked_function_arn", "client_context", "identity", "tenant_id",
        ]
        fields = ",".join(f"{name}={getattr(self, name)}" for name in names)
        return f"{type(self).__name__}([{fields}])"


def _parsed(text, name):
    if not text:
        return None
    import json

    try:
        return json.loads(text)
    except Exception as error:
        raise _Fault("Runtime.LambdaContextUnmarshalError", f"Unable to parse {name} JSON: {error}")


def context(told):
    """The `context` of a call, of which `told` is what the runtime API said."""
    global _request_id, _tenant_id
    _request_id, _tenant_id = told["aws_request_id"], told["tenant_id"]
    if told["trace_id"] is not None:
        os.environ["_X_AMZN_TRACE_ID"] = told["trace_id"]
    else:
        os.environ.pop("_X_AMZN_TRACE_ID", None)
    return LambdaContext(told)


def load(module, name):
    """The handler `name` of `module`, which is imported here."""
    _set_logging_up()
    try:
        loaded = importlib.import_module(module.replace("/", "."))
    except ImportError as error:
        raise _Fault("Runtime.ImportModuleError", f"Unable to import module '{module}': {error}")
    except SyntaxError as error:
        frame = f'  File "{error.filename}" Line {error.lineno}\n    {error.text}'
        raise _Fault("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module}': {error}", [frame])
    try:
        return getattr(loaded, name)
    except AttributeError:
        raise _Fault("Runtime.HandlerNotFound", f"Handler '{name}' missing on module '{module}'")


def diagnosis(error):
    """The type, the message and the frames by which Lambda is told of an exception."""
    if isinstance(error, _Fault):
        return error.kind, str(error), error.frames
    frames = [
        (frame.filename, frame.lineno, frame.name, frame.line)
        for frame in traceback.extract_tb(error.__traceback__)
        if not _is_runtime(frame.filename)
    ]
    return type(error).__name__, str(error), traceback.format_list(frames)


def unserializable(error):
    """The same of a returned value that cannot be written."""
    return "Runtime.MarshalError", f"Unable to marshal response: {error}", []


def _is_runtime(filename):
    name = filename.strip("<>").removeprefix("frozen ")
    return name in ("_krait_lambda", "importlib") or name.startswith("importlib.")


class _LogHandler(logging.Handler):
    def emit(self, record):
        sys.stdout.write(self.format(record))


def _named(record):
    record.aws_request_id = _request_id
    record.tenant_id = _tenant_id
    return True


def _set_logging_up():
    logging.Formatter.converter = time.gmtime
    handler = _LogHandler()
    handler.setFormatter(logging.Formatter(
        "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n",
        "%Y-%m-%dT%H:%M:%S",
    ))
    handler.addFilter(_named)
    root = logging.getLogger()
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper()
    if level in logging.getLevelNamesMapping():
        root.setLevel(level)
    # There is SCF's, which krait's `logging` has.
    root.handlers[:] = [handler]
