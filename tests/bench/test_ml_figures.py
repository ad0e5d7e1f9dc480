"""When a measured figure passes: on the line, or only beyond it."""

from __future__ import annotations

import pytest

from bench.ml_speed import Figure


@pytest.mark.parametrize(
    ("value", "must", "passed"),
    [
        (0.0, ">=", True), (-0.001, ">=", False), (0.0, "<=", True), (0.001, "<=", False),
        (0.001, ">", True), (0.0, ">", False), (-0.001, ">", False),
    ],
)  # fmt: skip
def test_a_tie_passes_a_limit_and_is_no_gain(value: float, must: str, passed: bool) -> None:
    figure = Figure("gain", value, "", 0, must=must)
    assert figure.passed is passed
    assert f" {must} 0 " in str(figure)
