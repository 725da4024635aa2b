"""Modules that AWS's runtime has loaded when a function's code is: here they are loaded when somebody needs them.

A file of the function that is called as one of them (token.py, string.py) is not found by `import` on AWS, and here
must not come into the hands of a part of the standard library that expects its own. So these names are looked for in
the standard library first. `logging`, which takes as long to import as everything else here, is set up when it is
loaded. Invariant: the names are closed: what a module in `NAMES` imports at its start is loaded already or in `NAMES`.
Called by main.py. Facts: `sys.modules` of AWS's client (4.2.2) on Python 3.10 to 3.13.
"""
import os
import sys
from importlib.machinery import PathFinder

NAMES = frozenset(
    '__future__ _weakrefset atexit contextlib decimal linecache logging numbers string textwrap threading token '
    'tokenize traceback warnings weakref'.split()
)
NAMES_FROM_3_12 = frozenset('concurrent heapq queue'.split())
"""Since then AWS's client waits for events in a thread of a pool."""


class StandardLibraryFirst:
    """A finder for the front of `sys.meta_path`."""

    def __init__(self, when_logging_is_loaded):
        library = os.path.dirname(os.__file__)
        self._path = [library, os.path.join(library, 'lib-dynload')]
        self._names = NAMES | NAMES_FROM_3_12 if sys.version_info >= (3, 12) else NAMES
        self._when_logging_is_loaded = when_logging_is_loaded

    def find_spec(self, name, path=None, target=None):
        if path is not None or name not in self._names:
            return None
        spec = PathFinder.find_spec(name, self._path)
        if name == 'logging' and self._when_logging_is_loaded is not None:
            # Whoever only asks whether there is such a module leaves things as they are.
            load = spec.loader.exec_module
            spec.loader.exec_module = lambda module: self._load_logging(module, load)
        return spec

    def _load_logging(self, module, load):
        del module.__spec__.loader.exec_module
        load(module)
        set_up, self._when_logging_is_loaded = self._when_logging_is_loaded, None
        if set_up is not None:
            set_up()


def install(when_logging_is_loaded):
    """Calls back at once if `logging` is loaded, else when it is, before its importer goes on."""
    if 'logging' in sys.modules:
        when_logging_is_loaded()
        when_logging_is_loaded = None
    sys.meta_path.insert(0, StandardLibraryFirst(when_logging_is_loaded))
