"""How the simulated ODS/API behaves, and the URLs that follow from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

DEFAULT_LIMIT = 25
MAX_LIMIT = 500


@dataclass
class Behaviour:
    """One version of the ODS/API with its switches."""

    version: Literal["5.4", "7.3"] = "7.3"
    change_queries: bool = True
    links: bool = True  # `link` inside references
    max_limit: int = MAX_LIMIT
    year: int | None = None  # 5.x year-specific mode
    context: str = ""  # 7.x tenant and context, e.g. "tenant1/2023"
    snapshot_exists: bool = False
    claim_denied: set[str] = field(default_factory=set)  # resources missing in the claim set
    read_changes: bool = True  # the claim set holds ReadChanges
    absent: set[str] = field(default_factory=set)  # resources this data standard lacks
    deletes_absent: set[str] = field(default_factory=set)
    # what the key's organisations hide: resources answered by 200 []; "*": all but descriptors
    hidden: set[str] = field(default_factory=set)
    token_lifetime_s: int = 1800
    # beyond fifteen live tokens of a key: the oldest ends, or no new one is given
    token_limit: Literal["drop oldest", "refuse"] = "drop oldest"

    def hides(self, resource: str) -> bool:
        """Whether the key sees no row of it: an empty list, and never a refusal."""
        everything = "*" in self.hidden and not resource.endswith("Descriptors")
        return everything or resource in self.hidden

    @property
    def problem_details(self) -> bool:
        return self.version == "7.3"

    @property
    def cursor_paging(self) -> bool:
        return self.version == "7.3"

    @property
    def prefix(self) -> str:
        return f"/{self.context}" if self.context else ""

    @property
    def data(self) -> str:
        return f"{self.prefix}/data/v3" + (f"/{self.year}" if self.year else "")

    @property
    def changes(self) -> str:
        return f"{self.prefix}/changeQueries/v1" + (f"/{self.year}" if self.year else "")

    @property
    def token(self) -> str:
        return f"{self.prefix}/oauth/token"


def discovery(behaviour: Behaviour, root: str, *, at_context: bool) -> dict[str, object]:
    """The discovery document; at the bare root of a multi-tenant host it holds placeholders."""
    new = behaviour.version == "7.3"
    hidden = bool(behaviour.context) and not at_context

    def url(path: str) -> str:
        if hidden:
            path = path.replace(behaviour.prefix, "/{tenantIdentifier}/{schoolYearFromRoute}", 1)
        return root + path

    urls = {
        "dependencies": url(f"{behaviour.prefix}/metadata/data/v3/dependencies"),
        "openApiMetadata": url(f"{behaviour.prefix}/metadata/"),
        "oauth": url(behaviour.token),
        "dataManagementApi": url(behaviour.data + "/"),
        "xsdMetadata": url(f"{behaviour.prefix}/metadata/xsd"),
    }
    if behaviour.change_queries:
        urls["changeQueries"] = url(behaviour.changes + "/")
    document: dict[str, object] = {
        "version": behaviour.version,
        "informationalVersion": behaviour.version,
        "suite": "3",
        "build": f"{behaviour.version}.0.1",
        "dataModels": [{"name": "Ed-Fi", "version": "5.2.0" if new else "3.3.1-b"}],
        "urls": urls,
    }
    if new:
        document["applicationName"] = "Ed-Fi ODS / API"
    else:
        document["apiMode"] = "Year Specific" if behaviour.year else "Sandbox"
    return document
