"""AWS's name for the entry point, /var/runtime/bootstrap.py; the work is in lambdad_runtime/main.py.

It is short because Python keeps no compiled form of the script that it is started with. Read next: README.md.
"""
import sys

# A child of `multiprocessing` imports this file again under another name.
if __name__ == '__main__':
    # With PYTHONSAFEPATH the script's own directory is not searched.
    runtime_directory = __file__.rpartition('/')[0]
    if runtime_directory not in sys.path:
        sys.path.insert(0, runtime_directory)
    from lambdad_runtime.main import main

    main()
