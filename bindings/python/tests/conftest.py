"""What the tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from world import NotHere, World


@pytest.fixture(scope="session")
def the_world() -> Iterator[World]:
    try:
        world = World()
    except NotHere as why:
        pytest.skip(f"no cards to play with: {why}")
    try:
        yield world
    finally:
        world.stop()


@pytest.fixture
def world(the_world: World) -> World:
    the_world.reset()
    return the_world
