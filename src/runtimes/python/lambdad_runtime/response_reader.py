"""Reads HTTP/1.1 responses of the Runtime API from a byte stream, one after the other.

It is not a general HTTP client: no continuation lines, no trailers kept, and both the head and the body are
bounded. Invariant: bytes behind a response stay for the next one. Called by client.py.
Facts: Runtime API 2018-06-01.
"""

HEAD_BYTES_MAX = 64 * 1024
"""Client context (3.5 KiB) is the largest header; the base64 is gone by then."""

BODY_BYTES_MAX = 64 * 1024 * 1024
"""An event is at most 6 MiB; ten times that is nobody's event."""

CHUNK_LINE_BYTES_MAX = 1024
READ_BYTES = 64 * 1024


class ConnectionClosed(Exception):
    """The other side has hung up, perhaps in the middle of a response."""


class ProtocolError(Exception):
    """What came is not HTTP/1.1, or is beyond a limit: the connection is then unusable."""


class Response:
    __slots__ = ('status', 'headers', 'body')

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        """Names in lower case."""
        self.body = body
        """bytes"""


class ResponseReader:
    def __init__(self, read):
        """`read(size)` blocks and gives 1 to `size` bytes, none at the end of the stream."""
        self._read = read
        self._data = b''
        # Answers to results are all alike: their head is parsed once.
        self._known_head = None
        self._known = None

    def read(self):
        """The next response, whole. Raises ConnectionClosed or ProtocolError."""
        data = self._data or self._more()
        end = data.find(b'\r\n\r\n')
        while end < 0:
            if len(data) > HEAD_BYTES_MAX:
                raise _head_too_long()
            searched = max(0, len(data) - 3)
            data += self._more()
            end = data.find(b'\r\n\r\n', searched)
        if end > HEAD_BYTES_MAX:
            raise _head_too_long()
        status, headers = self._parse(data[:end])
        start = end + 4
        if headers.get('transfer-encoding', '').lower() == 'chunked':
            self._data = data[start:]
            return Response(status, headers, self._read_chunks())
        length = _content_length(headers)
        end = start + length
        if len(data) >= end:
            self._data = data[end:]
            return Response(status, headers, data[start:end])
        self._data = b''
        return Response(status, headers, self._read_rest(data[start:], length))

    def _parse(self, head):
        if head == self._known_head:
            return self._known
        parsed = parse_head(str(head, 'utf-8', 'surrogateescape'))
        if parsed[0] == 202:
            self._known_head, self._known = head, parsed
        return parsed

    def _more(self):
        data = self._read(READ_BYTES)
        if not data:
            raise ConnectionClosed
        return data

    def _read_rest(self, first, length):
        parts = [first]
        missing = length - len(first)
        while missing > 0:
            # Never beyond the body: what follows it would have to be cut off a large piece.
            data = self._read(min(missing, 1024 * 1024))
            if not data:
                raise ConnectionClosed
            parts.append(data)
            missing -= len(data)
        return b''.join(parts)

    def _take(self, length):
        data = self._data
        if len(data) >= length:
            self._data = data[length:]
            return data[:length]
        self._data = b''
        return self._read_rest(data, length)

    def _read_chunks(self):
        parts = []
        total = 0
        while True:
            digits = self._line().partition(b';')[0].strip()
            size = _chunk_size(digits)
            if size == 0:
                break
            total += size
            if total > BODY_BYTES_MAX:
                raise _body_too_long(total)
            parts.append(self._take(size))
            if self._take(2) != b'\r\n':
                raise ProtocolError('Runtime API: chunk is longer than its size')
        while self._line():
            pass
        return b''.join(parts)

    def _line(self):
        data = self._data
        while (end := data.find(b'\r\n')) < 0:
            if len(data) > CHUNK_LINE_BYTES_MAX:
                raise ProtocolError('Runtime API: chunk line too long')
            data += self._more()
        if end > CHUNK_LINE_BYTES_MAX:
            raise ProtocolError('Runtime API: chunk line too long')
        self._data = data[end + 2 :]
        return data[:end]


def parse_head(text):
    """Status and headers of a head without its empty line. Raises ProtocolError."""
    lines = text.split('\r\n')
    start = lines[0]
    if not start.startswith('HTTP/1.') or start[8:9] != ' ':
        raise ProtocolError('Runtime API: the answer is not HTTP/1.1')
    status = start[9:12]
    if not _is_digits(status) or not 200 <= int(status) <= 599:
        raise ProtocolError('Runtime API: bad status line')
    headers = {}
    del lines[0]
    for line in lines:
        name, colon, value = line.partition(':')
        if not colon:
            raise ProtocolError('Runtime API: bad header line')
        headers[name.lower()] = value.strip()
    return int(status), headers


def _content_length(headers):
    text = headers.get('content-length')
    if text is None:
        return 0
    if not _is_digits(text) or len(text) > 15:
        raise ProtocolError('Runtime API: bad Content-Length')
    length = int(text)
    if length > BODY_BYTES_MAX:
        raise _body_too_long(length)
    return length


def _chunk_size(digits):
    if not 1 <= len(digits) <= 8 or digits.strip(b'0123456789abcdefABCDEF'):
        raise ProtocolError('Runtime API: bad chunk size')
    return int(digits, 16)


def _is_digits(text):
    # str.isdigit alone takes digits of other scripts.
    return text.isascii() and text.isdigit()


def _head_too_long():
    return ProtocolError(f'Runtime API: response head is longer than {HEAD_BYTES_MAX} bytes')


def _body_too_long(length):
    return ProtocolError(f'Runtime API: response body of {length} bytes, limit {BODY_BYTES_MAX}')
