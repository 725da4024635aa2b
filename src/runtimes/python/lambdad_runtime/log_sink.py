"""Where a function's log goes: frames on a descriptor, or lines on standard output.

One message is one log event. With `_LAMBDA_TELEMETRY_LOG_FD` that is what the frame says (node/README.md, "Log
frames"); without it, line ends inside an error become `\\r`, as AWS's client does it. It does not import
`logging`: log_handlers.py does. Invariant: what a handler has written is in the pipe before its result is.
"""
import os
import sys
import time

from .client import write_all

FRAME_TEXT = 0xA55A0003
FRAME_JSON = 0xA55A0002
LEVEL_BITS = {10: 0x08, 20: 0x0C, 30: 0x10, 40: 0x14, 50: 0x18}
"""By the number of the level in `logging`."""

ERROR = 40
NO_BREAK_SPACE = '\u00a0'


class Unbuffered:
    """A stream that keeps nothing back: what was printed is there when the process is killed.

    Named and made as AWS's, where `sys.stdout` is such an object too.
    """

    def __init__(self, stream):
        self.stream = stream
        self.is_mid_line = False

    def __enter__(self):
        return self

    def __exit__(self, exc_type, exc_value, exc_tb):
        pass

    def __getattr__(self, attr):
        return getattr(self.stream, attr)

    def write(self, msg):
        self.stream.write(msg)
        self.stream.flush()
        if msg:
            self.is_mid_line = msg[-1] != '\n'

    def writelines(self, msgs):
        self.write(''.join(msgs))


def frame_type(base, level):
    """`base` is FRAME_TEXT or FRAME_JSON, `level` a number of `logging`."""
    return base | LEVEL_BITS.get(level, 0)


class FramedLogSink:
    def __init__(self, fd):
        self._fd = fd

    def log(self, message, frame_type=None):
        data = message.encode('utf-8', 'backslashreplace')
        head = (
            (frame_type or FRAME_TEXT).to_bytes(4, 'big')
            + len(data).to_bytes(4, 'big')
            + (time.time_ns() // 1000).to_bytes(8, 'big')
        )
        if self._fd == 1 and getattr(sys.stdout, 'is_mid_line', False):
            # A frame is known by its first bytes only where an event begins.
            sys.stdout.write('\n')
        try:
            # Head and message in one write, so that other writers of the descriptor cannot come between.
            write_all(self._fd, head + data)
        except BrokenPipeError:
            # Logging must not take the handler down because the reader has gone.
            pass

    def log_error(self, lines, base):
        self.log('\n'.join(lines), frame_type(base, ERROR))


class LineLogSink:
    def log(self, message, frame_type=None):
        try:
            sys.stdout.write(message)
        except UnicodeEncodeError:
            # A lone surrogate must not cost the message.
            sys.stdout.write(message.encode('utf-8', 'backslashreplace').decode())

    def log_error(self, lines, base):
        self.log('\r'.join(lines) + '\n')


def take_log_sink(environ):
    """Takes the descriptor out of the environment, where handlers would find it."""
    text = environ.pop('_LAMBDA_TELEMETRY_LOG_FD', '')
    if not (text.isascii() and text.isdigit()):
        return LineLogSink()
    fd = int(text)
    os.set_blocking(fd, True)
    if fd > 2:
        os.set_inheritable(fd, False)
    return FramedLogSink(fd)


class LogSettings:
    """What the function's configuration says of its log."""

    def __init__(self, environ):
        self.is_json = environ.get('AWS_LAMBDA_LOG_FORMAT', '').upper() == 'JSON'
        level = environ.get('AWS_LAMBDA_LOG_LEVEL', '')
        # Python has no TRACE.
        self.level = 'DEBUG' if level == 'TRACE' else level.upper()


def log_error(body, sink, settings, to_json):
    """Logs the body of an error as AWS does."""
    if settings.is_json:
        timestamp = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())
        sink.log_error([to_json({'timestamp': timestamp, 'level': 'ERROR', **body})], FRAME_JSON)
    else:
        sink.log_error(_error_lines(body), FRAME_TEXT)


def _error_lines(body):
    what = ': '.join(part for part in (body['errorType'], body['errorMessage']) if part)
    lines = [f'[ERROR] {what}' if what else '[ERROR]', 'Traceback (most recent call last):']
    for element in body['stackTrace']:
        for line in element.splitlines() or ['']:
            # CloudWatch's console drops leading spaces.
            text = line.lstrip(' ')
            lines.append(NO_BREAK_SPACE * (len(line) - len(text)) + text)
    return lines
