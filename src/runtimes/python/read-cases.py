"""For response-reader.test.mjs: reads each case (pieces of a stream) to its end and tells what came of it.

Standard input is one JSON array of cases, each an array of hexadecimal texts; standard output one array of results:
the responses, and what ended the reading.
"""
import json
import sys

sys.path.insert(0, sys.argv[1])
from lambdad_runtime.response_reader import ConnectionClosed, ProtocolError, ResponseReader


class Pieces:
    """A connection that gives one piece at a read, or less when less is wanted."""

    def __init__(self, pieces):
        self._pieces = [bytes.fromhex(piece) for piece in pieces if piece]

    def read(self, size):
        if not self._pieces:
            return b''
        piece = self._pieces[0]
        self._pieces[0] = piece[size:]
        if len(piece) <= size:
            del self._pieces[0]
        return piece[:size]


def read_all(pieces):
    reader = ResponseReader(Pieces(pieces).read)
    responses = []
    while True:
        try:
            response = reader.read()
        except ConnectionClosed:
            return {'responses': responses, 'end': 'closed'}
        except ProtocolError as error:
            return {'responses': responses, 'end': str(error)}
        responses.append(
            {'status': response.status, 'headers': response.headers, 'body': response.body.hex()}
        )


print(json.dumps([read_all(case) for case in json.load(sys.stdin)]))
