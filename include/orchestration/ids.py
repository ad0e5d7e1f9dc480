"""What DAGs are called: `<stage>__<district>`, and `ingest__<district>__<source>`."""

from __future__ import annotations

from dataclasses import dataclass

from include.bind import ingest_stage, source_names
from include.config import District
from include.orchestration import stages

INGEST = "ingest"


@dataclass(frozen=True, slots=True)
class DagName:
    """The parts of a DAG id."""

    stage: str
    district: str
    # of an ingest; empty for every other stage
    source: str = ""

    def __str__(self) -> str:
        return "__".join(filter(None, (self.stage, self.district, self.source)))

    @property
    def ledger_stage(self) -> str:
        """What the ledger of runs calls this stage: runs of two ingests may have one id."""
        return ingest_stage(self.source) if self.source else self.stage


def parse(dag_id: str) -> DagName:
    """The parts of a DAG id; codes and source names hold no double underscore."""
    stage, _, rest = dag_id.partition("__")
    district, _, source = rest.partition("__")
    return DagName(stage, district, source)


def dags_of(district: District) -> list[str]:
    """The ids of all DAGs of a district."""
    others = [str(DagName(stage, district.code)) for stage in stages.of(district)]
    return [*ingests_of(district), *(i for i in others if parse(i).stage != INGEST)]


def ingests_of(district: District) -> list[str]:
    """The DAG ids of the district's ingests, systems of record first."""
    return [str(DagName(INGEST, district.code, name)) for name in source_names(district)]
