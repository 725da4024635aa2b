"""Puts the parts together, in order: streams, connection, (in a pool: the function), search path, log, handler.

Runs inside the sandbox on the function's own Python, 3.10 to 3.14. The connection is made before the function's
code runs, so that what that code does to the descriptor table is not ours to bear. Called by bootstrap.py.
Read next: invocation.py for one invocation; ../README.md for the whole.
"""
import json
import os
import sys

from . import environment, log_handlers, standard_library
from .client import RuntimeApiError, RuntimeClient
from .context import FunctionFacts
from .errors import Fault, describe_exception, describe_fault
from .handler_loader import load_handler
from .invocation import Invoker
from .log_sink import LogSettings, Unbuffered, log_error, take_log_sink
from .marshaller import Marshaller, to_bytes
from .response_reader import ConnectionClosed

EXIT_FAILURE = 1
"""Of a function that could not be loaded, and of a platform that cannot be understood; as AWS's client."""

WARNING = (
    'LAMBDA_WARNING: Unhandled exception. The most likely cause is an issue in the function code. '
    'However, in rare cases, a Lambda runtime update can cause unexpected function behavior. '
    'For functions using managed runtimes, runtime updates can be triggered by a function change, '
    'or can be applied automatically. To determine if the runtime has been updated, check the '
    'runtime version in the INIT_START log entry. If this error correlates with a change in the '
    'runtime version, you may be able to mitigate this error by temporarily rolling back to the '
    'previous runtime version. For more information, see '
    'https://docs.aws.amazon.com/lambda/latest/dg/runtimes-update.html\r'
)


def main():
    sys.stdout = Unbuffered(sys.stdout)
    sys.stderr = Unbuffered(sys.stderr)
    client = RuntimeClient(
        _take_number(os.environ, '_LAMBDAD_RUNTIME_API_FD'),
        os.environ.get('AWS_LAMBDA_RUNTIME_API', '127.0.0.1:9001'),
    )
    try:
        if os.environ.pop('_LAMBDAD_POOLED', '') == '1':
            _wait_for_function(client)
        _run(client)
    except ConnectionClosed:
        # The platform is done with this sandbox: nobody reads its log or waits for its threads.
        os._exit(EXIT_FAILURE)
    except RuntimeApiError as error:
        print(f'LAMBDA_RUNTIME {error}', file=sys.stderr)
        os._exit(EXIT_FAILURE)


def _take_number(environ, name):
    text = environ.pop(name, '')
    return int(text) if text.isascii() and text.isdigit() else None


def _wait_for_function(client):
    # What AWS's runtime has loaded when a handler is; here nobody waits for it.
    import concurrent.futures.thread  # noqa: F401
    import decimal  # noqa: F401
    import logging  # noqa: F401
    import traceback  # noqa: F401

    variables = json.loads(client.assignment())['env']
    environment.adopt(variables)
    os.environ.pop('_LAMBDAD_POOLED', None)


def _run(client):
    environment.prepare(os.environ)
    sink = take_log_sink(os.environ)
    settings = LogSettings(os.environ)
    marshaller = Marshaller(ensure_ascii=_is_ascii_only(os.environ))
    try:
        standard_library.install(lambda: log_handlers.set_up(sink, settings))
        handler = load_handler(os.environ['_HANDLER'])
    except Exception as error:
        _fail_init(error, client, marshaller, sink, settings)
    facts = FunctionFacts(os.environ, sink)
    Invoker(handler, client, marshaller, facts, settings).serve()


def _is_ascii_only(environ):
    """python3.10 and python3.11 escape everything else; what is newer does not."""
    runtime = environ.get('AWS_EXECUTION_ENV')
    if runtime is None:
        return sys.version_info < (3, 12)
    return runtime in ('AWS_Lambda_python3.10', 'AWS_Lambda_python3.11')


def _fail_init(error, client, marshaller, sink, settings):
    import logging

    body, _ = describe_fault(error) if isinstance(error, Fault) else describe_exception(error)
    logging.warning(WARNING)
    log_error(body, sink, settings, marshaller.to_json)
    client.init_error(body['errorType'], to_bytes(marshaller.to_json(body)))
    sys.exit(EXIT_FAILURE)
