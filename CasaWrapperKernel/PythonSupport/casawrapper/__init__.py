"""The Python side of casa-kernel: runs cells in IPython and fits CASA into a notebook."""
