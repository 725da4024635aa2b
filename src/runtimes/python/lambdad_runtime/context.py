"""The context object of an invocation. Called by invocation.py.

Names, order and texts are those of AWS's client (4.2.2): functions print it, and read `__dict__`.
"""
import os
import sys
import time

SHOWN = (
    'aws_request_id',
    'log_group_name',
    'log_stream_name',
    'function_name',
    'memory_limit_in_mb',
    'function_version',
    'invoked_function_arn',
    'client_context',
    'identity',
    'tenant_id',
)
W3C_FIELDS = ('traceparent', 'tracestate', 'baggage')


class FunctionFacts:
    """What is the same for every invocation; read once, when the function is known."""

    def __init__(self, environ, sink):
        self.values = {
            'log_group_name': environ.get('AWS_LAMBDA_LOG_GROUP_NAME'),
            'log_stream_name': environ.get('AWS_LAMBDA_LOG_STREAM_NAME'),
            'function_name': environ.get('AWS_LAMBDA_FUNCTION_NAME'),
            'memory_limit_in_mb': environ.get('AWS_LAMBDA_FUNCTION_MEMORY_SIZE'),
            'function_version': environ.get('AWS_LAMBDA_FUNCTION_VERSION'),
        }
        self.sink = sink


class LambdaContext:
    def __init__(self, facts, headers, client_context, cognito_identity):
        self.aws_request_id = headers['lambda-runtime-aws-request-id']
        self.__dict__.update(facts.values)
        self.invoked_function_arn = headers.get('lambda-runtime-invoked-function-arn')
        self.tenant_id = headers.get('lambda-runtime-aws-tenant-id')
        self._w3c_fields = _take_w3c(client_context)
        self.client_context = _object(ClientContext, client_context)
        if self.client_context is not None:
            self.client_context.client = _object(Client, self.client_context.client)
        self.identity = CognitoIdentity()
        identity = {} if cognito_identity is None else cognito_identity
        self.identity.cognito_identity_id = identity.get('cognitoIdentityId')
        self.identity.cognito_identity_pool_id = identity.get('cognitoIdentityPoolId')
        self._epoch_deadline_time_in_ms = int(headers.get('lambda-runtime-deadline-ms', 0))
        self._sink = facts.sink

    def get_remaining_time_in_millis(self):
        return max(0, self._epoch_deadline_time_in_ms - int(time.time() * 1000))

    def w3c(self):
        """The W3C trace context that came with the invocation."""
        return dict(self._w3c_fields)

    def log(self, msg):
        logging = sys.modules.get('logging')
        if logging is None:
            self._sink.log(str(msg))
            return
        for handler in logging.getLogger().handlers:
            if hasattr(handler, 'log_sink'):
                handler.log_sink.log(str(msg))
                return
        sys.stdout.write(str(msg))

    def __repr__(self):
        return _repr(self, SHOWN)


class CognitoIdentity:
    __slots__ = ['cognito_identity_id', 'cognito_identity_pool_id']

    def __repr__(self):
        return _repr(self, self.__slots__)


class Client:
    __slots__ = [
        'installation_id',
        'app_title',
        'app_version_name',
        'app_version_code',
        'app_package_name',
    ]

    def __repr__(self):
        return _repr(self, self.__slots__)


class ClientContext:
    __slots__ = ['custom', 'env', 'client']

    def __repr__(self):
        return _repr(self, self.__slots__)


def _repr(value, names):
    fields = ','.join(f'{name}={getattr(value, name)}' for name in names)
    return f'{type(value).__name__}([{fields}])'


def _object(type_, fields):
    """An object of that type with what `fields` has for it; what it lacks is None."""
    if fields is None:
        return None
    made = type_()
    for name in type_.__slots__:
        setattr(made, name, fields.get(name))
    return made


def _take_w3c(client_context):
    """Takes the trace context out of the client context: functions get it by `w3c()` alone."""
    if not isinstance(client_context, dict):
        return {}
    fields = client_context.pop('w3c', None)
    if not isinstance(fields, dict):
        return {}
    return {name: fields[name] for name in W3C_FIELDS if isinstance(fields.get(name), str)}
