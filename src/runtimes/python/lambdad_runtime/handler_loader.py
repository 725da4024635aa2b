"""From `_HANDLER` (`folder/module.function`) to a function, in AWS's words. Called once, by main.py.

Facts: AWS's Python runtime interface client, developer guide. Whatever the module itself raises, other than
ImportError and SyntaxError, is the caller's to report.
"""
import importlib
import sys

from .errors import Fault


def load_handler(name):
    """The function. Raises Fault, or what the module raises."""
    try:
        module_name, function_name = name.rsplit('.', 1)
    except ValueError as error:
        raise Fault('Runtime.MalformedHandlerName', f"Bad handler '{name}': {error}") from None
    module = _load_module(module_name)
    try:
        return getattr(module, function_name)
    except AttributeError:
        raise Fault(
            'Runtime.HandlerNotFound',
            f"Handler '{function_name}' missing on module '{module_name}'",
        ) from None


def _load_module(name):
    if name.split('.')[0] in sys.builtin_module_names:
        raise Fault(
            'Runtime.BuiltInModuleConflict',
            f'Cannot use built-in module {name} as a handler module',
        )
    try:
        return importlib.import_module(name.replace('/', '.'))
    except ImportError as error:
        raise Fault(
            'Runtime.ImportModuleError', f"Unable to import module '{name}': {error}"
        ) from None
    except SyntaxError as error:
        trace = [f'  File "{error.filename}" Line {error.lineno}\n    {error.text}']
        raise Fault(
            'Runtime.UserCodeSyntaxError', f"Syntax error in module '{name}': {error}", trace
        ) from None
