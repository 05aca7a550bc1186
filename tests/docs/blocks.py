"""What is done with a block of each language; `sybil` finds the blocks."""

import ast
import asyncio
import doctest
import inspect
import json
import re
import tomllib
from collections.abc import Iterable

from sybil import Document, Example, Region
from sybil.evaluators.doctest import DocTestEvaluator
from sybil.evaluators.python import pad
from sybil.parsers.abstract.doctest import DocTestStringParser
from sybil.parsers.markdown import CodeBlockParser, SkipParser

from docs.commands import run_commands, run_session
from docs.settings_blocks import is_settings, problem_of_settings

OUTPUT = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def run_python(example: Example) -> str | None:
    """Run it, with `await` outside of functions; what only sets settings is checked as such.

    A block that begins with the name of a file, `# shop/api.py`, is that file of the project.
    """
    if named := re.match(r"# (\w+/\w+\.py)$", example.parsed, re.MULTILINE):
        example.namespace["project"].write_module(named[1], example.parsed)
        return None
    source = pad(example.parsed, example.line + example.parsed.line_offset)
    tree = ast.parse(source, example.path)
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    code = compile(tree, example.path, "exec", flags=flags, dont_inherit=True)
    result = eval(code, example.namespace)
    if inspect.iscoroutine(result):
        asyncio.run(result)
    return problem_of_settings(tree, example.namespace) if is_settings(tree) else None


def run_pycon(document: Document) -> Iterable[Region]:
    """A parser: each `>>>` of a block is an example, compared with what stands below it."""
    doctests = DocTestStringParser(DocTestEvaluator(OUTPUT))
    for block in CodeBlockParser("pycon", run_python)(document):
        for region in doctests(block.parsed, document.path):
            region.adjust(block, block.parsed)
            yield region


def parse_request(example: Example) -> None:
    """An HTTP request with a JSON body: RFC 9112."""
    head, _, body = example.parsed.partition("\n\n")
    request, *headers = head.splitlines()
    method, target, *_ = request.split(" ")
    assert method.isupper()
    assert target.startswith("/")
    assert all(": " in header for header in headers)
    json.loads(body or "null")


LANGUAGES = {
    "python": run_python,
    "json": lambda example: json.loads(example.parsed) and None,
    "toml": lambda example: tomllib.loads(example.parsed) and None,
    "http": parse_request,
    "console": run_session,
    "sh": run_commands,
}

PARSERS = [
    SkipParser(),
    run_pycon,
    *(CodeBlockParser(language, evaluator) for language, evaluator in LANGUAGES.items()),
    # Only ever skipped, with the reason why that is no code.
    CodeBlockParser("text", lambda example: "text is neither run nor compared: say why in a skip"),
]
#: Directives are Sphinx's: `make docs` fails where one is wrong.
KNOWN = {*LANGUAGES, "pycon", "text", "{toctree}", "{eval-rst}", "{figure}"}
