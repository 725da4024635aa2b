"""What the process has to be before the function's code is loaded: its variables, its directory, its search path.

A pooled process gets its variables late (`adopt`), all others have had them from their start. Python is started
with -S, so that packages of the machine that lambdad runs on are never found by functions: what `site` would do
is done here, at the moment AWS's runtime does it. Facts: AWS's bootstrap.py and developer guide ("Search path").
Called by main.py.
"""
import os
import site
import sys
import time

PATH_VARIABLE = '_LAMBDAD_PYTHON_PATH'
"""Directories of layers, then, last, the one with the AWS SDK; separated by colons."""


def adopt(variables):
    """Makes a process that served nobody the one of the function with these variables."""
    coerced = os.environ.get('LC_CTYPE')
    os.environ.clear()
    if coerced is not None:
        # Python's own doing at its start (PEP 538), which on AWS is to be seen as well.
        os.environ['LC_CTYPE'] = coerced
    os.environ.update(variables)
    time.tzset()
    if 'PYTHONDONTWRITEBYTECODE' in variables:
        sys.dont_write_bytecode = True
    sys.pycache_prefix = variables.get('PYTHONPYCACHEPREFIX') or None
    if 'PYTHONPATH' in variables:
        # Behind the directory of the bootstrap, as Python itself does it.
        sys.path[1:1] = [part for part in variables['PYTHONPATH'].split(':') if part]
    # The code was mounted a moment ago: the directory has to be entered again to be seen.
    os.chdir(variables['LAMBDA_TASK_ROOT'])
    sys.path_importer_cache.clear()


def prepare(environ):
    """Sets up `sys.path` and what else a function finds done, in the order of AWS."""
    *layers, sdk = environ.pop(PATH_VARIABLE, '').split(':')
    task_root = environ['LAMBDA_TASK_ROOT']
    has_python_path = 'PYTHONPATH' in environ
    _finish_start(sdk)
    if not has_python_path:
        # python3.10 has its SDK in /var/runtime, and what pip installed comes last.
        sys.path[0:0] = layers if sys.version_info < (3, 11) else [*layers, sdk]
    sys.path.insert(0, task_root)
    # For the .pth files in them.
    for directory in [task_root] if has_python_path else [task_root, *layers]:
        site.addsitedir(directory)
    environ.setdefault('PYTHONPATH', environ.get('LAMBDA_RUNTIME_DIR', ''))


def _finish_start(sdk):
    """What `site` does when it is not told to leave it (-S), in its order."""
    site.removeduppaths()
    if sdk:
        site.addsitedir(sdk)
    site.setquit()
    site.setcopyright()
    site.sethelper()
    site.execsitecustomize()
