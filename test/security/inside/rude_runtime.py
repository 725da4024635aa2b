#!/usr/bin/python3
"""A custom runtime that talks to its Runtime API as it should not.

Each event names what it does while it handles it: a function `do_...` below, whose result is its answer. It
judges nothing; the attempts do. Deployed as `bootstrap` by ../attempts/runtime-api.ts.
"""

import json
import os
import select
import socket

host, port = os.environ['AWS_LAMBDA_RUNTIME_API'].split(':')
address = (host, int(port))
prefix = b'/2018-06-01/runtime/'
invocation = prefix + b'invocation/'
next_event = b'GET ' + invocation + b'next HTTP/1.1\r\n\r\n'
# What was open when it began: the listing's own descriptor is not there any more when it is looked at.
inherited = [fd for fd in sorted(map(int, os.listdir('/proc/self/fd'))) if os.path.exists('/proc/self/fd/%d' % fd)]
# Connections that stay open until the process ends.
kept = []


class Connection:
    def __init__(self):
        self.socket = socket.create_connection(address)
        self.socket.settimeout(20)
        self.pending = b''

    def send(self, data):
        """How many bytes went out before the other side had enough."""
        view = memoryview(data)
        sent = 0
        try:
            while sent < len(view):
                sent += self.socket.send(view[sent : sent + 65536])
        except OSError:
            pass
        return sent

    def receive(self):
        """The next answer as (status, headers, body); status 0 when the connection ends instead."""
        while b'\r\n\r\n' not in self.pending:
            if not self._read():
                return 0, {}, b''
        head, _, self.pending = self.pending.partition(b'\r\n\r\n')
        lines = head.decode('latin1').split('\r\n')
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(':')
            headers[name.lower()] = value.strip()
        length = int(headers.get('content-length', 0))
        while len(self.pending) < length:
            if not self._read():
                return 0, {}, b''
        body, self.pending = self.pending[:length], self.pending[length:]
        return int(lines[0].split(' ')[1]), headers, body

    def _read(self):
        try:
            data = self.socket.recv(65536)
        except OSError:
            return False
        self.pending += data
        return data != b''

    def ask(self, data):
        self.send(data)
        return self.receive()[0]


def post(path, body, *headers):
    length = b'Content-Length: %d\r\n' % len(body)
    lines = b''.join(header + b'\r\n' for header in headers)
    return b'POST ' + path + b' HTTP/1.1\r\n' + length + lines + b'\r\n' + body


def response(request_id, body):
    return post(invocation + request_id + b'/response', body)


def error(request_id, body):
    return post(invocation + request_id + b'/error', body)


def do_nothing(event, request_id):
    return 'fine'


def do_descriptors(event, request_id):
    return inherited


def do_early(event, request_id):
    return early


def do_half_requests(event, request_id):
    """Many connections, each with the beginning of a request."""
    for _ in range(200):
        connection = Connection()
        connection.send(b'POST ' + invocation)
        kept.append(connection)
    # Until as many are closed as must be; where they are not, time runs out.
    waiting = {connection.socket for connection in kept}
    while len(waiting) > 70:
        for each in select.select(waiting, [], [])[0]:
            try:
                ended = each.recv(1) == b''
            except OSError:
                ended = True
            if ended:
                waiting.remove(each)
    served = len(waiting)
    # Room for those who mean it.
    for connection in kept:
        connection.socket.close()
    kept.clear()
    return served


def do_endless_head(event, request_id):
    connection = Connection()
    connection.send(b'GET / HTTP/1.1\r\n' + b'x: y\r\n' * 1_000_000)
    return connection.receive()[0]


def do_endless_line(event, request_id):
    connection = Connection()
    connection.send(b'G' * 5_000_000)
    return connection.receive()[0]


def do_endless_chunk_line(event, request_id):
    connection = Connection()
    head = b'POST ' + invocation + request_id + b'/error HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n'
    connection.send(head + b'1' * 100_000)
    return connection.receive()[0]


def do_nonsense(event, request_id):
    """Requests that readers disagree about, each on a connection of its own."""
    requests = [
        b'\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n',
        b'GET / HTTP/2.0\r\n\r\n',
        b'GET http://elsewhere/ HTTP/1.1\r\n\r\n',
        b'POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
        b'POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n',
        b'POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n',
        b'POST / HTTP/1.1\r\nContent-Length: 1, 2\r\n\r\n',
        b'POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n',
        b'GET / HTTP/1.1\r\nA: b\n\tc\r\n\r\n',
        b'GET / HTTP/1.1\r\n folded: yes\r\n\r\n',
        b'GET / HTTP/1.1\r\n: nameless\r\n\r\n',
        b'GET / HTTP/1.1\r\nA\x00b: c\r\n\r\n',
    ]
    return [Connection().ask(request) for request in requests]


def do_wrong_ids(event, request_id):
    """Answers to invocations that are not its own."""
    ids = [b'', b'..', b'%2e%2e', request_id + b'/..', request_id.upper(), b'0' * 36, b'x' * 100_000]
    ids += [name.encode() for name in event.get('ids', [])]
    return [Connection().ask(response(each, b'"stolen"')) for each in ids]


def do_twice(event, request_id):
    """Answers, says that it failed, answers again."""
    connection = Connection()
    first = connection.ask(response(request_id, b'"first"'))
    rest = [connection.ask(answer(request_id, b'"second"')) for answer in (error, response)]
    rest.append(connection.ask(post(prefix + b'init/error', b'{}')))
    global told
    told = [first] + rest
    return None


def do_told(event, request_id):
    return told


def do_smuggle(event, request_id):
    """An answer whose body looks like another answer, and further ones in the same write."""
    inner = response(request_id, b'"smuggled"')
    body = json.dumps(inner.decode('latin1')).encode()
    Connection().send(response(request_id, body) + inner + error(request_id, b'{}'))
    return None


def do_answer_ahead(event, request_id):
    """Asks for the next event and answers the one after, unseen, in one write; then answers that one properly."""
    connection = Connection()
    connection.send(response(request_id, b'"mine"') + next_event + response(request_id, b'"again"'))
    first, (second, headers, _), third = connection.receive()[0], connection.receive(), connection.receive()[0]
    next_id = headers['lambda-runtime-aws-request-id'].encode()
    connection.ask(response(next_id, json.dumps([first, second, third]).encode()))
    return None


def do_flood_without_reading(event, request_id):
    """Requests as fast as they are taken; their answers pile up."""
    connection = Connection()
    connection.socket.settimeout(0.3)
    request = {'ping': b'GET /2018-06-01/ping HTTP/1.1\r\n\r\n', 'next': next_event, 'none': b'GET / HTTP/1.1\r\n\r\n'}
    block = request[event['what']] * 1000
    sent = 0
    while sent < event['bytes']:
        step = connection.send(block)
        sent += step
        if step < len(block):
            break
    kept.append(connection)
    return sent


def do_large_body(event, request_id):
    """An answer of many megabytes that is refused for its length, but must be read."""
    connection = Connection()
    block = b'x' * 1_000_000
    connection.send(b'POST ' + invocation + request_id + b'/response HTTP/1.1\r\nContent-Length: %d\r\n\r\n' % (len(block) * event['megabytes']))
    for _ in range(event['megabytes']):
        connection.send(block)
    connection.receive()
    return None


def do_large_stream(event, request_id):
    """The same, streamed."""
    connection = Connection()
    connection.send(b'POST ' + invocation + request_id + b'/response HTTP/1.1\r\nTransfer-Encoding: chunked\r\nLambda-Runtime-Function-Response-Mode: streaming\r\n\r\n')
    block = b'f4240\r\n' + b'x' * 1_000_000 + b'\r\n'
    for _ in range(event['megabytes']):
        connection.send(block)
    connection.send(b'0\r\n\r\n')
    connection.receive()
    return None


def do_break_off(event, request_id):
    """Half an answer."""
    connection = Connection()
    connection.send(b'POST ' + invocation + request_id + b'/response HTTP/1.1\r\nContent-Length: 100\r\n\r\n"half')
    connection.socket.close()
    return None


def do_drip(event, request_id):
    """An answer that never gets anywhere: one byte at a time, until the time is up."""
    import time

    connection = Connection()
    connection.send(b'POST ' + invocation + request_id + b'/response HTTP/1.1\r\nContent-Length: 100000\r\n\r\n')
    while True:
        connection.send(b'x')
        time.sleep(0.01)


def do_listen(event, request_id):
    """Takes the place of its Runtime API."""
    results = []
    for option in [None, socket.SO_REUSEADDR, socket.SO_REUSEPORT]:
        listener = socket.socket()
        if option is not None:
            listener.setsockopt(socket.SOL_SOCKET, option, 1)
        try:
            listener.bind(address)
            listener.listen()
            results.append('listens')
        except OSError as problem:
            results.append(problem.strerror)
    return results


early = [Connection().ask(answer(b'0' * 36, b'{}')) for answer in (response, error)]
main = Connection()
while True:
    main.send(next_event)
    status, headers, body = main.receive()
    if status != 200:
        main = Connection()
        continue
    request_id = headers['lambda-runtime-aws-request-id'].encode()
    event = json.loads(body)
    result = globals()['do_' + event['do']](event, request_id)
    if result is not None:
        main.send(response(request_id, json.dumps(result).encode()))
        main.receive()
