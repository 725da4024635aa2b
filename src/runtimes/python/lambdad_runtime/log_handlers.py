"""The root logger of `logging`, as AWS's runtime has it ready when the handler's code is loaded.

It is set up when `logging` is imported, which is left to the function: standard_library.py. Called by main.py.
Facts: AWS's Python runtime interface client (4.2.2), developer guide.
"""
import json
import time

from .log_sink import FRAME_JSON, FRAME_TEXT, frame_type

TIME_FORMAT = '%Y-%m-%dT%H:%M:%S'
TEXT_FORMAT = '[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n'
# Of a record, what a JSON line shows under another name or not at all; all else came with `extra`.
RESERVED_FIELDS = frozenset(
    'name msg args levelname levelno pathname filename module exc_info exc_text stack_info lineno '
    'funcName created msecs relativeCreated thread threadName processName process '
    'aws_request_id tenant_id _frame_type'.split()
)


class CurrentInvocation:
    """What log records say about the invocation; after one it is still that one's."""

    request_id = None
    tenant_id = None


def set_up(sink, settings):
    """Gives the root logger its handler and level."""
    import logging

    # Log times are UTC whatever TZ says.
    logging.Formatter.converter = time.gmtime
    handler = _handler_class(logging)(sink)
    if settings.is_json:
        handler.setFormatter(_json_formatter(logging))
    else:
        handler.setFormatter(logging.Formatter(TEXT_FORMAT, TIME_FORMAT))
    handler.addFilter(_filter(logging))
    handler.always_with_level = settings.is_json or settings.level != ''
    root = logging.getLogger()
    if isinstance(logging.getLevelName(settings.level), int):
        root.setLevel(settings.level)
    root.addHandler(handler)


def _handler_class(logging):
    class LambdaLoggerHandler(logging.Handler):
        """AWS's name; `log_sink` is what `context.log` and some libraries look for."""

        always_with_level = False

        def __init__(self, log_sink):
            super().__init__()
            self.log_sink = log_sink

        def emit(self, record):
            message = self.format(record)
            kind = getattr(record, '_frame_type', None)
            if kind is None and self.always_with_level:
                kind = frame_type(FRAME_TEXT, level_of(record))
            self.log_sink.log(message, kind)

    return LambdaLoggerHandler


def _filter(logging):
    class LambdaLoggerFilter(logging.Filter):
        def filter(self, record):
            record.aws_request_id = CurrentInvocation.request_id or ''
            record.tenant_id = CurrentInvocation.tenant_id
            return True

    return LambdaLoggerFilter()


def level_of(record):
    """The nearest named level at or below the record's."""
    return min(50, max(0, record.levelno)) // 10 * 10


def _json_formatter(logging):
    # What cannot be written as JSON is written as text: a log line is never lost for it.
    encode = json.JSONEncoder(ensure_ascii=False, default=str).encode

    class JsonFormatter(logging.Formatter):
        def __init__(self):
            super().__init__(datefmt=TIME_FORMAT + 'Z')

        def format(self, record):
            record.levelno = level_of(record)
            record.levelname = logging.getLevelName(record.levelno)
            record._frame_type = frame_type(FRAME_JSON, record.levelno)
            line = self._fields(record)
            for name, value in vars(record).items():
                if name not in RESERVED_FIELDS and name not in line:
                    line[name] = value
            return encode({name: value for name, value in line.items() if value is not None}) + '\n'

        def _fields(self, record):
            is_object = isinstance(record.msg, dict) and not record.args
            line = {
                'timestamp': self.formatTime(record, self.datefmt),
                'level': record.levelname,
                'message': record.msg if is_object else record.getMessage(),
                'logger': record.name,
                'stackTrace': None,
                'errorType': None,
                'errorMessage': None,
                'requestId': getattr(record, 'aws_request_id', None),
                'location': None,
            }
            if record.exc_info and record.exc_info[0] is not None:
                line.update(_describe(record))
            if getattr(record, 'tenant_id', None) is not None:
                line['tenantId'] = record.tenant_id
            return line

    return JsonFormatter()


def _describe(record):
    # Loaded by `logging` already.
    import traceback

    error_type, error, trace = record.exc_info
    return {
        'stackTrace': traceback.format_tb(trace),
        'errorType': error_type.__name__,
        'errorMessage': str(error),
        'location': f'{record.pathname}:{record.funcName}:{record.lineno}',
    }
