"""The same code in plain CASA and in the kernel, and what differs: values, files, log, output, figures, errors."""
