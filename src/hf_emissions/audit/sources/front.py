"""Front matter that the Hub gives as JSON, as the text that a card would have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def front_matter_of(data: Mapping[str, Any]) -> bytes:
    """A card that is this front matter and nothing else."""
    written = yaml.dump(dict(data), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1_000_000)
    # Of text outside Unicode, such as half a pair of surrogates, JSON can tell and no card can hold.
    return b"---\n" + str(written).encode("utf-8", "replace") + b"---\n"
