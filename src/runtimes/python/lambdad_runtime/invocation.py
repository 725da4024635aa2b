"""One invocation after the other: event, handler, result or error, in the main thread.

What it does not catch, as AWS's client does not: SystemExit, KeyboardInterrupt and their like, with which the
process ends; the platform then answers the invocation (`Runtime.ExitError`). Called by main.py.
Read next: marshaller.py, errors.py.
"""
import json
import os

from .context import LambdaContext
from .errors import Fault, describe_exception, describe_fault
from .log_handlers import CurrentInvocation
from .log_sink import log_error
from .marshaller import to_bytes


class Invoker:
    def __init__(self, handler, client, marshaller, facts, settings):
        self._handler = handler
        self._client = client
        self._marshaller = marshaller
        self._facts = facts
        self._settings = settings

    def serve(self):
        """Does not return; raises what ends the process."""
        self._client.ask()
        while True:
            # No variable here: an event of megabytes would be kept until the next one comes.
            self._answer(self._client.next())

    def _answer(self, event):
        """Runs one invocation and sends what came of it."""
        headers = event.headers
        request_id = headers['lambda-runtime-aws-request-id']
        CurrentInvocation.request_id = request_id
        CurrentInvocation.tenant_id = headers.get('lambda-runtime-aws-tenant-id')
        _set_trace_id(headers.get('lambda-runtime-trace-id'))
        try:
            result, content_type = handle_event_request(
                self._handler, event, self._marshaller, self._facts
            )
        except Fault as fault:
            self._fail(event, *describe_fault(fault, request_id))
        except Exception as error:
            self._fail(event, *describe_exception(error, request_id))
        else:
            self._client.respond(event, result, content_type)

    def _fail(self, event, body, cause):
        to_json = self._marshaller.to_json
        log_error(body, self._facts.sink, self._settings, to_json)
        error, xray_cause = to_bytes(to_json(body)), to_bytes(to_json(cause))
        self._client.fail(event, body['errorType'], error, xray_cause)


# Named as in AWS's client: where the call itself fails (a handler without arguments), it is in the stack trace.
def handle_event_request(request_handler, invocation, marshaller, facts):
    headers = invocation.headers
    client_context = _parse_header(headers.get('lambda-runtime-client-context'), 'Client Context')
    identity = _parse_header(headers.get('lambda-runtime-cognito-identity'), 'Cognito Identity')
    lambda_context = LambdaContext(facts, headers, client_context, identity)
    event = marshaller.unmarshal(invocation.body, headers.get('content-type', 'application/json'))
    # The bytes are not kept while the handler runs.
    invocation.body = b''
    response = request_handler(event, lambda_context)
    return marshaller.marshal(response)


def _parse_header(text, name):
    if not text:
        return None
    try:
        return json.loads(text)
    except Exception as error:
        raise Fault(
            'Runtime.LambdaContextUnmarshalError', f'Unable to parse {name} JSON: {error}'
        ) from None


def _set_trace_id(trace_id):
    if trace_id is not None:
        os.environ['_X_AMZN_TRACE_ID'] = trace_id
    else:
        os.environ.pop('_X_AMZN_TRACE_ID', None)
