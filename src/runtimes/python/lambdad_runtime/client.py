"""The connection to the Runtime API: sends requests, reads their answers, blocking.

The connection is file descriptor 3 (`_LAMBDAD_RUNTIME_API_FD`) or TCP. On the hot path a result and the request
for the next event leave in one write (`respond`), and nothing is kept while the next is waited for (`next`). It
does not know what a handler is. Called by main.py and invocation.py. Read next: response_reader.py.
"""
import os

from .response_reader import ConnectionClosed, ProtocolError, ResponseReader

VERSION = '/2018-06-01'
XRAY_CAUSE_BYTES_MAX = 1024 * 1024
"""A cause of this size or more is not sent at all, as by AWS's client."""

ERROR_TYPE_CHARS_MAX = 256
COPIED_BYTES_MAX = 64 * 1024
"""Beyond this, three writes cost less than one copy of everything."""


class RuntimeApiError(Exception):
    """The Runtime API refuses to go on, or talks nonsense: the process cannot serve any more."""


class RuntimeClient:
    def __init__(self, fd, address):
        """`fd`: a connected stream socket, None for TCP to `address` (`host:port`)."""
        self._address = address
        self._socket = None
        self._is_tcp = fd is None
        if fd is None:
            self._connect()
        else:
            # What the handler starts must neither read its events nor keep the connection open.
            os.set_inheritable(fd, False)
            os.set_blocking(fd, True)
            self._use(lambda size: os.read(fd, size), lambda data: write_all(fd, data))
        self._awaits_answer = False
        host = f'\r\nHost: {address}\r\n'
        self._post_end = f' HTTP/1.1{host}'
        self._next = f'GET {VERSION}/runtime/invocation/next HTTP/1.1{host}\r\n'.encode()

    def _connect(self):
        # Only here: with the inherited descriptor nothing needs the module.
        import socket

        host, _, port = self._address.rpartition(':')
        if self._socket is not None:
            self._socket.close()
        self._socket = socket.create_connection((host, int(port)))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Not by descriptor: there are gVisors (of 2022) in which read(2) and write(2) do not wait for a socket.
        self._use(self._socket.recv, self._socket.sendall)

    def _use(self, read, write):
        self._write = write
        self._reader = ResponseReader(lambda size: _read(read, size))
        # A TCP server may hang up after an answer; it says so in the answer.
        self._is_closing = False

    def assignment(self):
        """Waits, in a pool, for the function that this process is to serve; the answer's body."""
        response = self._request(
            f'GET {VERSION}/lambdad/assignment HTTP/1.1\r\nHost: {self._address}\r\n\r\n'.encode()
        )
        if response.status != 200:
            raise RuntimeApiError(f'Failed to get an assignment, error {response.status}')
        return response.body

    def ask(self):
        """Asks for the first event; `next` gives it."""
        self._send(self._next)

    def respond(self, event, body, content_type):
        """Sends the result (bytes) of an event and asks for the next."""
        head = self._post_head(event, 'response', content_type, len(body))
        if len(body) <= COPIED_BYTES_MAX:
            self._send(head + body + self._next)
        else:
            self._send(head, body, self._next)
        self._awaits_answer = True

    def fail(self, event, error_type, body, xray_cause):
        """Sends an error of the handler (bytes of JSON, both) and asks for the next event."""
        extra = _error_type_line(error_type)
        if 0 < len(xray_cause) < XRAY_CAUSE_BYTES_MAX:
            # JSON leaves one byte as it is that no header may have (RFC 9110, 5.5).
            cause = xray_cause.replace(b'\x7f', b'\\u007f')
            extra += b'Lambda-Runtime-Function-XRay-Error-Cause: ' + cause + b'\r\n'
        head = self._post_head(event, 'error', 'application/json', len(body), extra)
        self._send(head + body + self._next)
        self._awaits_answer = True

    def next(self):
        """Waits for the event that was asked for: a Response whose headers name the invocation."""
        if self._awaits_answer:
            self._awaits_answer = False
            answer = self._receive()
            # 4xx is the platform's verdict on a result (too large, too late): nothing to do here.
            if answer.status == 500:
                raise RuntimeApiError(f'the Runtime API answered 500: {_text_of(answer.body)}')
            if self._is_closing:
                # The request for the next event went down with the connection.
                self._send(self._next)
        event = self._receive()
        if event.status != 200 or 'lambda-runtime-aws-request-id' not in event.headers:
            raise RuntimeApiError(f'Failed to get next invocation, error {event.status}')
        return event

    def init_error(self, error_type, body):
        """Tells that the function could not be started; returns when that is answered."""
        head = (
            f'POST {VERSION}/runtime/init/error{self._post_end}Content-Type: application/json\r\n'
            f'Content-Length: {len(body)}\r\n'
        )
        self._request(head.encode() + _error_type_line(error_type) + b'\r\n' + body)

    def _request(self, data):
        self._send(data)
        return self._receive()

    def _post_head(self, event, end, content_type, length, extra=b''):
        headers = event.headers
        request_id = headers['lambda-runtime-aws-request-id']
        lines = (
            f'POST {VERSION}/runtime/invocation/{request_id}/{end}{self._post_end}'
            f'Content-Type: {content_type}\r\nContent-Length: {length}\r\n'
        )
        invocation_id = headers.get('lambda-runtime-invocation-id')
        if invocation_id is not None:
            lines += f'Lambda-Runtime-Invocation-Id: {invocation_id}\r\n'
        return lines.encode('utf-8', 'surrogateescape') + extra + b'\r\n'

    def _receive(self):
        try:
            response = self._reader.read()
        except ProtocolError as error:
            raise RuntimeApiError(str(error)) from None
        if self._is_tcp and response.headers.get('connection', '').lower() == 'close':
            self._is_closing = True
        return response

    def _send(self, *parts):
        if self._is_closing:
            self._connect()
        try:
            self._write_all(parts)
        except (BrokenPipeError, ConnectionResetError):
            if not self._is_tcp:
                raise ConnectionClosed from None
            # Between requests a TCP server may hang up without having said so.
            self._connect()
            self._write_all(parts)

    def _write_all(self, parts):
        for data in parts:
            self._write(data)


def _read(read, size):
    try:
        return read(size)
    except ConnectionResetError:
        return b''


def write_all(fd, data):
    """Writes everything, or raises; blocks while the other side is behind."""
    written = os.write(fd, data)
    while written < len(data):
        # A signal that came in between leaves the rest.
        data = memoryview(data)[written:]
        written = os.write(fd, data)


def _error_type_line(error_type):
    # A class may be called anything at all; a header may not.
    if not 0 < len(error_type) <= ERROR_TYPE_CHARS_MAX:
        return b''
    if not (error_type.isascii() and error_type.isprintable()):
        return b''
    return f'Lambda-Runtime-Function-Error-Type: {error_type}\r\n'.encode()


def _text_of(body):
    return body[:1024].decode('utf-8', 'replace')
