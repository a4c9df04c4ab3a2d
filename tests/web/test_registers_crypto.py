"""Encryption and the blind index: what opens what, and what never opens."""

from __future__ import annotations

import base64

import pytest

from fangpin.vocabulary.errors import UnusableInput
from fangpin.web.registers.crypto import WrongKey, read_ring, with_new_key

KEYS = "1:" + base64.b64encode(bytes(range(32))).decode()
NUMBER = "11010519491231002X"


def test_a_sealed_value_opens_for_its_column_only() -> None:
    ring = read_ring(KEYS)
    sealed = ring.seal(NUMBER, "member.id_number")
    assert ring.unseal(sealed, "member.id_number") == NUMBER
    with pytest.raises(WrongKey):
        ring.unseal(sealed, "household.phone")


def test_the_layout_is_key_number_nonce_ciphertext() -> None:
    ring = read_ring(KEYS)
    sealed = ring.seal(NUMBER, "member.id_number")
    assert (sealed[0], len(sealed)) == (1, 1 + 12 + len(NUMBER) + 16)
    assert ring.seal(NUMBER, "member.id_number") != sealed


def test_every_spelling_of_a_number_has_one_index() -> None:
    ring = read_ring(KEYS)
    spellings = (NUMBER, "110105491231002", "１１０１０５ 19491231-002x", f"{NUMBER}43", f"{NUMBER}43B1")
    assert {ring.index(text) for text in spellings} == {ring.index(NUMBER)}
    assert len(ring.index(NUMBER)) == 16
    assert ring.index("110105194912310038") != ring.index(NUMBER)
    assert ring.exact(NUMBER, "member.id_number") != ring.exact("110105491231002", "member.id_number")


@pytest.mark.parametrize("at", [0, 1, 14, -1])
def test_a_changed_byte_never_opens(at: int) -> None:
    ring = read_ring(KEYS)
    sealed = bytearray(ring.seal(NUMBER, "member.id_number"))
    sealed[at] ^= 1
    with pytest.raises(WrongKey):
        ring.unseal(bytes(sealed), "member.id_number")


def test_a_new_key_seals_and_the_old_one_still_opens() -> None:
    old = read_ring(KEYS)
    new = read_ring(with_new_key(KEYS))
    sealed = old.seal(NUMBER, "member.id_number")
    assert new.unseal(sealed, "member.id_number") == NUMBER
    assert new.is_old(sealed)
    assert not new.is_old(new.seal(NUMBER, "member.id_number"))
    assert new.index(NUMBER) == old.index(NUMBER)


@pytest.mark.parametrize(
    "text", ["", "1:abc", "x:" + KEYS[2:], "1:" + base64.b64encode(b"short").decode(), "300" + KEYS[1:]]
)
def test_no_keys_are_refused_without_showing_them(text: str) -> None:
    with pytest.raises(UnusableInput) as refused:
        read_ring(text)
    assert KEYS[2:] not in refused.value.message("en")
