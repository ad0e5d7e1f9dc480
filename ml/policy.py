"""Every number that decides: what is tried, what is good enough, where tiers are cut."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ml.errors import PolicyError


class Gate(BaseModel):
    """When a model may be published. A model that fails one check is refused, and the tiers stay
    those of the rules."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    min_positive_students_fit: int = Field(
        60,
        description="Students with the outcome among those learnt from, per outcome: two for each"
        " feature. Whether they were enough is what the later slices show.",
    )
    min_positive_students_later: int = Field(
        30, description="The same in the calibration slice and in the test slice."
    )
    max_ece: float = Field(
        0.05, description="Largest mean gap between probability and outcome rate, by deciles."
    )
    min_calibration_slope: float = Field(
        0.7, description="Below it the probabilities are too extreme."
    )
    max_calibration_slope: float = Field(1.4, description="Above it they are too timid.")
    max_feature_auc: float = Field(
        0.90, description="A single feature that ranks better than this knows the outcome already."
    )
    max_feature_correlation: float = Field(
        0.999, description="A feature that correlates with the outcome beyond this is the outcome."
    )
    max_credible_auc: float = Field(
        0.97,
        description="No published model foresees the next grading period this well; features that"
        " do were used to make the label.",
    )
    explained_features: tuple[str, ...] = Field(
        (), description="Features whose high AUC a person looked into and accepted."
    )


class Policy(BaseModel):
    """How a district trains, judges and words its model; defaults are the house's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    gate: Gate = Gate()
    tier_cuts: tuple[float, float, float] = Field(
        (0.25, 0.50, 0.75),
        description="Probabilities from which a student is Some Risk, At Risk, High Risk.",
    )
    seats: int | None = Field(
        None, ge=1, description="Students the district can support at one time; None: not told."
    )
    top_shares: tuple[float, ...] = Field(
        (0.05, 0.10, 0.20), description="Shares of the enrolment at which precision is told."
    )
    gate_share: float = Field(
        0.10, description="The top of the list at which a model must match the rules' precision."
    )
    audit_share: float = Field(
        0.20, gt=0, lt=1, description="The share flagged, when false alarms of groups are compared."
    )
    min_group_students: int = Field(10, description="Smaller groups are suppressed in the audit.")
    isotonic_from_positives: int = Field(
        1000,
        description="Calibration rows with the outcome from which isotonic regression is used;"
        " below it a two-number sigmoid.",
    )
    logistic_strengths: tuple[float, ...] = Field(
        (0.003, 0.03, 0.3), description="Inverse penalties tried on the inner slice (C)."
    )
    capacity_rows: int = Field(
        20_000,
        ge=1_000,
        description="Most rows with a known outcome to try sizes on. Where there are more, some of"
        " each student's snapshots are left out; the model itself learns from all of them.",
    )
    boosted_leaves: tuple[int, ...] = Field(
        (4, 15), min_length=1, description="Leaves per tree tried on the inner slice."
    )
    boosted_rounds: int = Field(
        160, ge=10, description="Most trees; the inner slice says how many."
    )
    boosted_least_gain: float = Field(
        0.0003,
        ge=0,
        description="Log loss that the next trees must save on the inner slice to be grown.",
    )
    boosted_patience: int = Field(
        10, ge=1, description="Trees that are given the chance to save it; if none does, all go."
    )
    boosted_learning_rate: float = Field(0.05, description="Share of each tree that is added.")
    max_rows: int = Field(
        400_000, description="Snapshots read at most; beyond it, a fixed sample of the students."
    )
    replicates: int = Field(200, ge=20, description="Bootstrap samples, drawn by student.")
    seed: int = Field(20_261_119, description="Of the bootstrap, of ties and of the trees.")

    @model_validator(mode="after")
    def _shares_fit(self) -> Self:
        if self.gate_share not in self.top_shares:
            raise ValueError("gate_share must be one of top_shares")
        return self

    @model_validator(mode="after")
    def _cuts_rise(self) -> Self:
        if not 0 < self.tier_cuts[0] < self.tier_cuts[1] < self.tier_cuts[2] < 1:
            raise ValueError("tier_cuts must rise and lie between 0 and 1")
        return self

    def sampled(self, step: int) -> Self:
        """The policy for one in `step` students: a list of the same reach has as many fewer seats.

        At least one seat.
        """
        if self.seats is None or step == 1:
            return self
        return self.model_copy(update={"seats": max(1, round(self.seats / step))})

    @classmethod
    def of(cls, values: object, *, where: str, seats: int | None = None) -> Policy:
        """The house's policy with a district's own `values`; raises PolicyError naming the field.

        `where` says in which file they stand. Seats are the district's and told apart: a second
        number among the values is refused.
        """
        if not isinstance(values, Mapping):
            raise _refused(where, "no mapping of names to values")
        if seats is not None and "seats" in values:
            raise _refused(where, "seats: told already, by the district")
        try:
            policy = cls.model_validate(dict(values))
        except ValidationError as error:
            problems = (
                f"{'.'.join(map(str, found['loc'])) or 'policy'}: {found['msg']}"
                for found in error.errors()
            )
            raise _refused(where, "; ".join(problems)) from None
        return policy if seats is None else policy.model_copy(update={"seats": seats})

    @classmethod
    def read(cls, path: Path | None) -> Policy:
        """The policy of a YAML file; the defaults without one."""
        if path is None:
            return cls()
        try:
            values = yaml.safe_load(path.read_text(encoding="utf-8"))
        except yaml.YAMLError:
            raise _refused(str(path), "not YAML") from None
        return cls.of(values or {}, where=str(path))


def _refused(where: str, seen: str) -> PolicyError:
    return PolicyError(
        where,
        seen=seen,
        expected="a mapping of the fields of ml.policy.Policy",
        next_step="Their names, ranges and meaning stand in ml/policy.py.",
    )
