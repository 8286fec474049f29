"""The npm package split-sms, written apart from the hub, splits texts as the hub does."""

import json
import os
import random
import subprocess
from pathlib import Path

import pytest

from hub.messages.segments import BASIC, EXTENSION, encoding_of, split

HERE = Path(__file__).parent / "js"
COUNT = 20_000
NAMES = {"GSM": "gsm7", "Unicode": "ucs2"}

CHEAP, DEAR = sorted(BASIC), sorted(EXTENSION)
WIDE = [chr(code) for code in (*range(0x3041, 0x3097), *range(0x4E00, 0x4E80), 0x60, 0xE7, 0x2019)]
PAIRS = [chr(code) for code in (*range(0x1F600, 0x1F640), 0x20BB7, 0x2363A)]
MIXES = [(9, 1, 0, 0), (1, 4, 0, 0), (0, 0, 8, 2), (0, 0, 1, 3), (6, 2, 1, 1)]
"""How much of each of these there is in a text; those that are dear cross the parts' borders."""


def texts(seed: int) -> list[str]:
    chance = random.Random(seed)
    pools = (CHEAP, DEAR, WIDE, PAIRS)
    made = []
    for _ in range(COUNT):
        chosen = chance.choices(pools, chance.choice(MIXES), k=chance.randrange(340))
        made.append("".join(chance.choice(pool) for pool in chosen))
    return made


@pytest.fixture
def splitter(node):
    if not (HERE / "node_modules" / "split-sms").is_dir():
        reason = "split-sms is not installed here: npm ci in tests/messages/js."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return [node, str(HERE / "split.mjs")]


def test_twenty_thousand_texts_are_split_as_split_sms_splits_them(splitter):
    seed = 20260113
    given = texts(seed)
    done = subprocess.run(
        splitter, input=json.dumps(given), capture_output=True, text=True, timeout=120, check=True
    )
    told = json.loads(done.stdout)
    assert len(told) == COUNT
    ours = [[encoding_of(text), split(text)] for text in given]
    differing = [
        place for place, (kind, parts) in enumerate(told) if [NAMES[kind], parts] != ours[place]
    ]
    assert differing == [], f"seed {seed}"
    assert {len(parts) for _, parts in ours} >= {1, 2, 3, 4, 5, 6}
