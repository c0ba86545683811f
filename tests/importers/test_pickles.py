"""What is taken for a pickle, by its first bytes and its opcodes, and what for text."""

from __future__ import annotations

import pickle

import pytest

from hf_emissions.importers.pickles import is_pickle

THINGS = [{"a": 1}, [1, 2], ("x",), {}, [], ()]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("thing", THINGS, ids=repr)
def test_a_pickle_of_any_protocol(protocol, thing):
    written = pickle.dumps(thing, protocol)
    assert is_pickle(written)
    assert is_pickle(written + b" \n")


@pytest.mark.parametrize("protocol", [0, 1])
def test_what_goes_on_behind_its_end_is_none(protocol):
    written = pickle.dumps([1, 2], protocol)
    for more in (b"x", b" x", b"...."):
        assert not is_pickle(written + more)


@pytest.mark.parametrize(("pairs", "is_one"), [(2, False), (40, True)])
def test_the_head_of_a_large_one(pairs, is_one):
    """Fifty opcodes are no accident, and fewer may be."""
    written = pickle.dumps({f"key {number}": number for number in range(1000)}, 0)
    end = [at for at, byte in enumerate(written) if byte == ord("s")][pairs]
    assert is_pickle(written[:end] + b"\xff") == is_one


@pytest.mark.parametrize(
    "text", [b"", b"{}", b"(x", b"[1]", b"c\n", b"]\n", b"a,b\n1,2\n", b"hello", b"\x80\x01", b"}x"]
)
def test_text_is_none(text):
    assert not is_pickle(text)
