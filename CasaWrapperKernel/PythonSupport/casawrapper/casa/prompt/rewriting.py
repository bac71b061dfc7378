"""Lines such as `inp tclean` and a bare `go`, which are no Python, become calls before the cell runs."""

from __future__ import annotations

import keyword
import tokenize
from collections.abc import Iterator
from tokenize import TokenInfo
from typing import TYPE_CHECKING

from IPython.core.inputtransformer2 import TokenTransformBase

from casawrapper.casa import catalog
from casawrapper.casa.prompt import Prompt, task_name

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

_LAYOUT = (tokenize.INDENT, tokenize.DEDENT, tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT, tokenize.ENDMARKER)
_BINDERS = ("def", "class", "import", "as", "for", "del", "global", "nonlocal")
Statement = list[TokenInfo]


class VerbFinder:
    """Finds the next statement of the CASA prompt, as IPython asks it of its own token transformers."""

    def __init__(self, shell: InteractiveShell, prompt: Prompt) -> None:
        self._shell = shell
        self._prompt = prompt
        self._functions = prompt.verbs()

    def find(self, tokens_by_line: list[list[TokenInfo]]) -> TokenTransformBase | None:
        """A rewriting of the first such statement, None if there is none."""
        users_own = _bound_names(tokens_by_line)
        for line in tokens_by_line:
            for statement in _statements(line):
                call = self._as_call(statement, users_own)
                if call is not None:
                    return _Rewriting(statement, call)
        return None

    def _as_call(self, statement: Statement, users_own: set[str]) -> str | None:
        name, rest = statement[0].string, statement[1:]
        if statement[0].type != tokenize.NAME or name in users_own:
            return None
        if self._is_verb(name):
            if not rest:
                return f"{name}()"
            return None if not _is_word(rest[0]) else f"{name}({_text(rest)})"
        if not rest and self._is_active(name):
            return f"go({name})"
        return None

    def _is_verb(self, name: str) -> bool:
        """Whether this name is a verb and the user has not made it something else."""
        if name not in self._functions or name not in catalog.casa_names():
            return False
        value = self._shell.user_ns.get(name)
        return value is None or value == self._functions[name] or type(value).__name__ == "Unavailable"

    def _is_active(self, name: str) -> bool:
        """Whether this is the task that the verbs speak of, whose name alone runs it."""
        active = task_name(self._prompt.task)
        return active is not None and self._is_verb("go") and active == task_name(self._shell.user_ns.get(name))


class _Rewriting(TokenTransformBase):
    def __init__(self, statement: Statement, call: str) -> None:
        super().__init__(statement[0].start)
        self._end = statement[-1].end[1]
        self._call = call

    def transform(self, lines: list[str]) -> list[str]:
        line = lines[self.start_line]
        changed = line[: self.start_col] + self._call + line[self._end :]
        return [*lines[: self.start_line], changed, *lines[self.start_line + 1 :]]


def _statements(line: list[TokenInfo]) -> Iterator[Statement]:
    """The simple statements of a line that begins at the margin and ends where it began."""
    words = [token for token in line if token.type not in _LAYOUT]
    if not words or words[0].start[1] != 0 or words[0].start[0] != words[-1].end[0]:
        return
    statement: Statement = []
    for token in words:
        if token.string == ";":
            if statement:
                yield statement
            statement = []
        else:
            statement.append(token)
    if statement:
        yield statement


def _is_word(token: TokenInfo) -> bool:
    # After a name, a word that is no keyword or a string is never Python: nothing of the user's is touched.
    if token.type == tokenize.NAME:
        return not keyword.iskeyword(token.string)
    return token.type in (tokenize.STRING, getattr(tokenize, "FSTRING_START", tokenize.STRING))


def _text(tokens: Statement) -> str:
    return tokens[0].line[tokens[0].start[1] : tokens[-1].end[1]]


def _bound_names(tokens_by_line: list[list[TokenInfo]]) -> set[str]:
    """The names that the cell itself gives a meaning."""
    bound: set[str] = set()
    for line in tokens_by_line:
        depth, before = 0, ""
        names: set[str] = set()
        for token in line:
            if token.string == ";":
                names.clear()
            depth += (token.string in "([{") - (token.string in ")]}") if token.type == tokenize.OP else 0
            if token.string in ("=", ":=") and depth == 0:
                bound |= names
            if token.type == tokenize.NAME and before in _BINDERS:
                bound.add(token.string)
            elif token.type == tokenize.NAME and depth == 0:
                names.add(token.string)
            before = token.string
    return bound
