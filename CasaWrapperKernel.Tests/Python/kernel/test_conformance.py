"""Jupyter's own conformance suite, with every sample filled in, so that nothing of it is skipped."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import KERNEL_NAME

suite = pytest.importorskip("jupyter_kernel_test", reason="jupyter_kernel_test is not installed")
pytestmark = pytest.mark.deadline(60)


# For the whole module, since the suite starts its kernels before fixtures of its classes are set up.
@pytest.fixture(scope="module", autouse=True)
def suite_environment(kernelspec: str, kernel_env: dict[str, str]) -> Iterator[None]:
    """The suite starts the kernel by its name and with the environment of this process."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HOME", "IPYTHONDIR", "XDG_STATE_HOME", "XDG_CACHE_HOME", "MPLCONFIGDIR"):
            patch.setenv(name, kernel_env[name])
        yield


class TestCasaKernel(suite.KernelTests):
    kernel_name = KERNEL_NAME
    language_name = "python"
    file_extension = ".py"
    code_hello_world = "print('hello, world')"
    code_stderr = "import sys; print('test', file=sys.stderr)"
    # The suite compares sets: each sample must have all of its completions here.
    completion_samples = [
        {"text": "bytearra", "matches": {"bytearray"}},
        {"text": "import itertools; itertools.combinations_w", "matches": {"combinations_with_replacement"}},
        {"text": "isinst", "matches": {"isinstance"}},
    ]
    complete_code_samples = [
        "1",
        "print('hello, world')",
        "def f(x):\n    return x * 2\n\n",
        "x = 1\ny = 2",
        "await f()",
        "%time x = 1",
        "!echo hello",
        "listobs?",
    ]
    incomplete_code_samples = [
        "print('''hello",
        "def f(x):\n  x * 2",
        "for i in range(3):",
        "f(1,",
        "x = [1,\n 2,",
        "%%time\nx = 1",
    ]
    invalid_code_samples = ["import = 7q", "x = )", "a b c = 1"]
    code_page_something = "zip?"
    code_generate_error = "raise ValueError('on purpose')"
    code_execute_result = [
        {"code": "1 + 2 + 3", "result": "6"},
        {"code": "[n * n for n in range(1, 4)]", "result": "[1, 4, 9]"},
        {"code": "'å' + '\\U0001f52d'", "result": "'å🔭'"},
        {"code": "await __import__('asyncio').sleep(0, 'slept')", "result": "'slept'"},
    ]
    code_display_data = [
        {"code": "from IPython.display import HTML, display; display(HTML('<b>test</b>'))", "mime": "text/html"},
        {"code": "from IPython.display import Math, display; display(Math('x^2'))", "mime": "text/latex"},
        {"code": "from IPython.display import JSON, display; display(JSON({'a': 1}))", "mime": "application/json"},
    ]
    code_history_pattern = "1*2*3"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "zip"
    code_clear_output = "from IPython.display import clear_output; clear_output()"

    def test_it_is_this_kernel(self) -> None:
        self.flush_channels()
        self.kc.kernel_info()
        assert self.kc.get_shell_msg(timeout=15)["content"]["implementation"] == "casa-kernel"


class TestIopubWelcome(suite.IopubWelcomeTests):
    kernel_name = KERNEL_NAME
    support_iopub_welcome = True
