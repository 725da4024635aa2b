"""The errors a runtime reports, in AWS's words, and how an exception becomes the body of an error.

What it is not: the log's form of an error; that is log_sink.py. Facts: AWS's open-source Python runtime
interface client (4.2.2). Called by handler_loader.py, invocation.py and main.py.
"""
import os

RUNTIME_DIRECTORY = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Fault(Exception):
    """An error of the `Runtime.*` kind: found by the runtime, not raised by the function."""

    def __init__(self, error_type, message, trace=None):
        super().__init__(message)
        self.error_type = error_type
        self.message = message
        self.trace = trace


def text_of(value):
    """`str(value)` that cannot raise; in the words of the traceback module."""
    try:
        return str(value)
    except Exception:
        return f'<{type(value).__name__} str() failed>'


def error_body(message, error_type, trace, request_id=None):
    """The body of `/error` and `/init/error`, in AWS's order."""
    return {
        'errorMessage': message or '',
        'errorType': error_type or '',
        'requestId': request_id or '',
        'stackTrace': trace or [],
    }


def describe_fault(fault, request_id=None):
    """Body and X-Ray cause of a Fault."""
    body = error_body(fault.message, fault.error_type, fault.trace, request_id)
    return body, _xray_cause('LambdaValidationError', fault.message, [])


def describe_exception(error, request_id=None):
    """Body and X-Ray cause of what the function raised; the frames of the runtime are left out."""
    # Only here: most processes never need it.
    import traceback

    # As AWS's client gives them to the formatter: without columns, hence without marks below.
    frames = [
        (frame.filename, frame.lineno, frame.name, frame.line)
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    frames = _without_runtime(frames)
    error_type, message = type(error).__name__, text_of(error)
    body = error_body(message, error_type, traceback.format_list(frames), request_id)
    return body, _xray_cause(error_type, message, frames)


def _without_runtime(frames):
    """As AWS, leaves out the leading frames of the runtime; if there are no others, shows the call."""
    for index, frame in enumerate(frames):
        if not frame[0].startswith(RUNTIME_DIRECTORY + '/') and '/bootstrap.py' not in frame[0]:
            return frames[index:]
    return frames[-1:]


def _xray_cause(error_type, message, frames):
    stack = [{'label': name, 'path': path, 'line': line} for path, line, name, _ in frames]
    return {
        'working_directory': _working_directory(),
        'exceptions': [{'message': message, 'type': error_type, 'stack': stack}],
        'paths': list(dict.fromkeys(frame['path'] for frame in stack)),
    }


def _working_directory():
    try:
        return os.getcwd()
    except OSError:
        # The function has removed it.
        return ''
