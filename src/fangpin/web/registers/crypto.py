"""Encryption of what names a person: identity numbers, phones, accounts; and the blind index by which they are found.

Reads   the setting IDENTITY_KEYS (FANGPIN_IDENTITY_KEYS): ``2:BASE64,1:BASE64,index:BASE64``, 32 bytes each
Gives   Ring: seal, unseal, index, exact; ring(), the one of this process; with_new_key, for rotation; WrongKey
Not     where such values are kept (base), who may see them (accounts)
Keeps   a sealed value opens only for the column it was sealed for; the same value seals otherwise each time
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import secrets
import unicodedata
from dataclasses import dataclass, field
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fangpin.vocabulary.errors import UnusableInput
from fangpin.vocabulary.identity_numbers import is_right, lengthened, normal
from fangpin.vocabulary.text import Text

NONCE, INDEX = 12, 16
SETTING, INDEX_NAME = "FANGPIN_IDENTITY_KEYS", "index"


class WrongKey(UnusableInput):
    """A sealed value that no key of the ring opens, or that was sealed for another column."""

    def __init__(self, column: str) -> None:
        super().__init__(
            "FP-CRYPTO-002",
            Text("加密的值打不开", "an encrypted value cannot be opened"),
            place=column,
            remedy=Text(
                "核对环境变量 FANGPIN_IDENTITY_KEYS 是否含旧钥",
                "see that FANGPIN_IDENTITY_KEYS still names the older keys",
            ),
        )


@dataclass(frozen=True)
class Ring:
    """The keys of an installation.

    Args:
        keys: Keys by their number (1 to 255), 32 bytes each.
        active: The number of the key that seals.
        index_key: The key of the blind index.
    """

    keys: dict[int, bytes] = field(repr=False)
    active: int
    index_key: bytes = field(repr=False)
    _ciphers: dict[int, AESGCM] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._ciphers.update((number, AESGCM(key)) for number, key in self.keys.items())

    def seal(self, value: str, column: str) -> bytes:
        """A value for one column (``table.column``): key number, nonce, ciphertext with its tag."""
        nonce = os.urandom(NONCE)
        sealed = self._ciphers[self.active].encrypt(nonce, value.encode(), column.encode())
        return bytes((self.active,)) + nonce + sealed

    def unseal(self, sealed: bytes | memoryview, column: str) -> str:
        """The value again.

        Raises:
            WrongKey: no key of the ring opens it, or it was sealed for another column.
        """
        sealed = bytes(sealed)
        cipher = self._ciphers.get(sealed[0]) if len(sealed) > NONCE + 1 else None
        if cipher is None:
            raise WrongKey(column)
        try:
            opened = cipher.decrypt(sealed[1 : NONCE + 1], sealed[NONCE + 1 :], column.encode())
        except InvalidTag:
            raise WrongKey(column) from None
        return opened.decode()

    def is_old(self, sealed: bytes | memoryview) -> bool:
        """Whether a value was sealed with a key that no longer seals."""
        return bytes(sealed)[:1] != bytes((self.active,))

    def index(self, value: str) -> bytes:
        """The blind index of a value: equal for every spelling of one number, of whatever column."""
        return self._digest(b"index", one_number(value))

    def exact(self, value: str, column: str) -> bytes:
        """A digest of the very spelling in one column; two rows with the same one hold the same text."""
        return self._digest(column.encode(), value)

    def _digest(self, purpose: bytes, text: str) -> bytes:
        return hmac.digest(self.index_key, purpose + b"\0" + text.encode(), "sha256")[:INDEX]


def one_number(value: str) -> str:
    """What all spellings of one number share: NFKC, upper case; 15 digits lengthened, a certificate cut to its 18.

    Examples:
        >>> one_number("110105491231002"), one_number("11010519491231002x"), one_number("11010519491231002X43")
        ('11010519491231002X', '11010519491231002X', '11010519491231002X')
    """
    number = normal(unicodedata.normalize("NFKC", value))
    longer = lengthened(number)
    if longer is not None:
        return longer
    return number[:18] if len(number) in (20, 22) and is_right(number) else number


def read_ring(text: str) -> Ring:
    """The ring of ``ID:BASE64[,ID:BASE64…][,index:BASE64]``: the first key seals, all open.

    Without an index key of its own the last key gives one, so the last one stays until there is (``with_new_key``).

    Raises:
        UnusableInput: they are no keys; the message never shows them.
    """
    found: dict[str, bytes] = {}
    try:
        for one in filter(None, (part.strip() for part in text.split(","))):
            number, _, key = one.partition(":")
            found[number.strip()] = base64.b64decode(key, validate=True)
        index = found.pop(INDEX_NAME, b"")
        keys = {int(number): key for number, key in found.items()}
    except (ValueError, binascii.Error) as error:
        raise _no_keys(type(error).__name__) from None
    if not keys or any(len(key) != 32 for key in (*keys.values(), index or bytes(32))):
        raise _no_keys(Text("没有，或长度不是 32 字节", "none, or not of 32 bytes").en)
    if not all(0 < number < 256 for number in keys):
        raise _no_keys(", ".join(map(str, keys)))
    return Ring(keys, next(iter(keys)), index or _derived(list(keys.values())[-1]))


def _derived(key: bytes) -> bytes:
    """The index key that a key gives where none is named."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"fangpin blind index").derive(key)


def with_new_key(text: str) -> str:
    """The same keys with a new one before them, and the index key named, so that older keys may go one day.

    Examples:
        >>> old = "1:" + base64.b64encode(bytes(32)).decode()
        >>> new = with_new_key(old)
        >>> [part.partition(":")[0] for part in new.split(",")]
        ['2', '1', 'index']
        >>> read_ring(old).index_key == read_ring(new).index_key
        True
    """
    old = read_ring(text)
    number = max(old.keys) % 255 + 1
    if number in old.keys:
        raise _no_keys(str(number))
    entries = {number: secrets.token_bytes(32), **old.keys}
    named = [f"{n}:{base64.b64encode(key).decode()}" for n, key in entries.items()]
    return ",".join([*named, f"{INDEX_NAME}:{base64.b64encode(old.index_key).decode()}"])


def _no_keys(read: str) -> UnusableInput:
    return UnusableInput(
        "FP-CRYPTO-001",
        Text("没有可用的密钥", "there are no usable keys"),
        place=SETTING,
        read=read,
        expected=Text("编号:BASE64（32 字节），多把用逗号隔开", "ID:BASE64 of 32 bytes, several joined by commas"),
        remedy=Text(f"在环境中设 {SETTING}", f"set {SETTING} in the environment"),
    )


@cache
def ring() -> Ring:
    """The keys of this process (setting IDENTITY_KEYS), read once; ``ring.cache_clear()`` after a change.

    Raises:
        UnusableInput: there are none.
    """
    from django.conf import settings

    return read_ring(settings.IDENTITY_KEYS)
