"""One small generated county that the tests of synth share."""

from __future__ import annotations

from pathlib import Path

import pytest

from fangpin import synth

HOUSEHOLDS, SEED = 6000, 11


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a county of 6,000 households."""
    folder = tmp_path_factory.mktemp("synth") / "county"
    synth.generate(folder, HOUSEHOLDS, SEED)
    return folder
