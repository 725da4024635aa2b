"""The bootstrap of python3.10 to python3.14, standard library only. Read next: main.py, ../README.md."""
