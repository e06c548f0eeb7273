"""Rules for Python: short functions, and a sentence of explanation on every module and public class."""

from __future__ import annotations

import ast
from pathlib import Path

LONGEST_FUNCTION = 50


def faults(path: Path, text: str) -> list[str]:
    """Everything these rules have against one module."""
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        return [f"{path}:{error.lineno}: {error.msg}"]
    found = [] if ast.get_docstring(tree) else [f"{path}:1: the module has no docstring"]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found += _length(path, node)
    return found + _classes(path, tree)


def _length(path: Path, node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    length = (node.end_lineno or node.lineno) - node.lineno + 1
    if length <= LONGEST_FUNCTION:
        return []
    return [f"{path}:{node.lineno}: {node.name} has {length} lines; at most {LONGEST_FUNCTION} are allowed"]


def _classes(path: Path, parent: ast.Module | ast.ClassDef) -> list[str]:
    """Classes inside functions are private to them and need no word."""
    found = []
    for node in parent.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            if not ast.get_docstring(node):
                found.append(f"{path}:{node.lineno}: the class {node.name} has no docstring")
            found += _classes(path, node)
    return found
