"""The lowest versions that pyproject.toml admits of the core dependencies and of the extras named, one a line.

python tests/lowest.py train > lowest.txt && pip install -r lowest.txt -e '.[train,test]'
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).parent.parent / "pyproject.toml"


def lowest(requirement: str) -> str:
    """`click>=8.2` as `click==8.2`; a requirement without a lower bound is an error."""
    found = re.fullmatch(r"([\w.-]+)>=([\w.]+)(?:,<[\w.]+)?", requirement.replace(" ", ""))
    if not found:
        sys.exit(f"{PYPROJECT.name}: {requirement!r} has no lower bound that can be pinned")
    return f"{found[1]}=={found[2]}"


def main() -> None:
    """Print them."""
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    extras = (project["optional-dependencies"][extra] for extra in sys.argv[1:])
    for requirement in (*project["dependencies"], *(requirement for extra in extras for requirement in extra)):
        print(lowest(requirement))


if __name__ == "__main__":
    main()
