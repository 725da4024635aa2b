"""Events from JSON and results to JSON, as AWS's client does it with simplejson.

That library is not ours to ship, so its results are had from the standard library: the C encoder does what it
can do alike, and what it cannot (named tuples and whatever has `_asdict`, bytes, most Decimals) is done by
`SlowEncoder`. Invariant: the text is the one that simplejson 4 gives with AWS's settings (observed with
awslambdaric 4.2.2; marshaller.test.mjs has the cases). Called by invocation.py and errors.py.
"""
import json
import marshal
from json.encoder import c_make_encoder, encode_basestring, encode_basestring_ascii

from .errors import Fault

SCALARS = frozenset((str, int, float, bool, type(None)))


class _Uncommon(Exception):
    """Something that the C encoder does differently, or not at all."""


def _uncommon(value):
    """`default` of the C encoder: Decimals whose text is that of a number, as most are."""
    if type(value).__module__ == 'decimal' and type(value).__name__ == 'Decimal':
        if value.is_nan():
            return float('nan')
        text = str(value)
        try:
            number = float(text) if '.' in text else int(text)
        except ValueError:
            raise _Uncommon from None
        if repr(number) == text:
            return number
    raise _Uncommon


def _make_encoder(markers, string, ensure_ascii):
    """The C encoder of json.JSONEncoder, made once: to make it takes as long as to write a small result."""
    try:
        return c_make_encoder(markers, _uncommon, string, None, ': ', ', ', False, False, True)
    except TypeError:
        # Not there, or other arguments in a Python to come.
        encoder = json.JSONEncoder(ensure_ascii=ensure_ascii, default=_uncommon)
        return lambda value, level: encoder.iterencode(value)


class Marshaller:
    def __init__(self, ensure_ascii):
        self._string = encode_basestring_ascii if ensure_ascii else encode_basestring
        self._markers = {}
        self._encode = _make_encoder(self._markers, self._string, ensure_ascii)
        self._decoder = json.JSONDecoder()

    def to_json(self, value):
        """The text of any value. Raises what simplejson raises: TypeError, ValueError, ..."""
        try:
            text = ''.join(self._encode(value, 0))
        except (_Uncommon, TypeError):
            # TypeError: a key that is neither text nor number may yet be bytes.
            return SlowEncoder(self._string).encode(value)
        finally:
            self._markers.clear()
        try:
            # Refuses all but the plain built-in types: the quickest way to know of nothing else.
            marshal.dumps(value, 2)
        except ValueError:
            if has_named_tuple(value):
                return SlowEncoder(self._string).encode(value)
        return text

    def unmarshal(self, body, content_type):
        """The event. Raises Fault; anything but JSON is handed over as bytes."""
        if content_type != 'application/json':
            return body
        try:
            text = body.decode()
            try:
                event, end = self._decoder.raw_decode(text)
                if end == len(text):
                    return event
            except ValueError:
                pass
            # Space around it, or no JSON: this says where.
            return json.loads(text)
        except Exception as error:
            raise Fault('Runtime.UnmarshalError', f'Unable to unmarshal input: {error}') from None

    def marshal(self, result):
        """Body and content type of a handler's result. Raises Fault."""
        if isinstance(result, bytes):
            return result, 'application/unknown'
        try:
            return to_bytes(self.to_json(result)), 'application/json'
        except Exception as error:
            raise Fault('Runtime.MarshalError', f'Unable to marshal response: {error}') from None


def to_bytes(text):
    """JSON as UTF-8. A lone surrogate, which has none, becomes the escape that JSON has for it."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode('utf-8', 'backslashreplace')


def has_named_tuple(value):
    """Whether simplejson would have written an object for an array. `value` has no cycles."""
    pending = [value]
    for node in pending:
        if isinstance(node, dict):
            children = node.values()
        elif isinstance(node, (list, tuple)):
            children = node
        else:
            continue
        if type(node) not in (dict, list, tuple) and callable(getattr(node, '_asdict', None)):
            return True
        if not SCALARS.issuperset(map(type, children)):
            pending += [child for child in children if type(child) not in SCALARS]
    return False


class SlowEncoder:
    """simplejson with `use_decimal=False, allow_nan=True`, and AWS's `default`."""

    def __init__(self, string):
        self._string = string
        self._open = set()
        self._chunks = []

    def encode(self, value):
        self._write(value)
        return ''.join(self._chunks)

    def _write(self, value):
        text = self._scalar(value)
        if text is not None:
            self._chunks.append(text)
            return
        if id(value) in self._open:
            raise ValueError('Circular reference detected')
        self._open.add(id(value))
        self._write_container(value)
        self._open.discard(id(value))

    def _scalar(self, value):
        if isinstance(value, str):
            return self._string(value)
        if isinstance(value, bytes):
            return self._string(value.decode())
        if value is None:
            return 'null'
        if value is True:
            return 'true'
        if value is False:
            return 'false'
        if isinstance(value, int):
            return int.__repr__(value)
        if isinstance(value, float):
            return _float_text(value)
        return None

    def _write_container(self, value):
        fields = _asdict(value)
        if fields is not None:
            self._write_dict(fields)
        elif isinstance(value, (list, tuple)):
            self._write_list(value)
        elif isinstance(value, dict):
            self._write_dict(value)
        else:
            self._write_other(value)

    def _write_list(self, items):
        separator = '['
        for item in items:
            self._chunks.append(separator)
            self._write(item)
            separator = ', '
        self._chunks.append('[]' if separator == '[' else ']')

    def _write_dict(self, fields):
        separator = '{'
        for key, item in fields.items():
            self._chunks.append(f'{separator}{self._string(_key_text(key))}: ')
            self._write(item)
            separator = ', '
        self._chunks.append('{}' if separator == '{' else '}')

    def _write_other(self, value):
        import decimal

        if not isinstance(value, decimal.Decimal):
            raise TypeError(f'Object of type {value.__class__.__name__} is not JSON serializable')
        self._chunks.append('NaN' if value.is_nan() else str(value))


def _asdict(value):
    method = getattr(value, '_asdict', None)
    if not callable(method):
        return None
    try:
        fields = method()
    except TypeError:
        # It wants arguments: a class, or another `_asdict`.
        return None
    if not isinstance(fields, dict):
        raise TypeError(f'_asdict() must return a dict, not {type(fields).__name__}')
    return fields


def _key_text(key):
    if isinstance(key, str):
        return key
    if isinstance(key, bytes):
        return key.decode()
    if isinstance(key, float):
        return _float_text(key)
    if key is True:
        return 'true'
    if key is False:
        return 'false'
    if key is None:
        return 'null'
    if isinstance(key, int):
        return int.__repr__(key)
    raise TypeError(f'keys must be str, int, float, bool or None, not {key.__class__.__name__}')


def _float_text(value):
    if value != value:
        return 'NaN'
    if value in (float('inf'), float('-inf')):
        return 'Infinity' if value > 0 else '-Infinity'
    return float.__repr__(value)
