"""Imports: run one way between the packages, as the contracts in pyproject.toml say."""

from pathlib import Path

from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[2]


def test_every_import_contract_is_kept() -> None:
    assert lint_imports(str(ROOT / "pyproject.toml"), no_cache=True) == 0
