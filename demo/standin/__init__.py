"""A small invented district, for when the published sample records are not at hand.

Every name and number is made by rule from a fixed seed and looks it: "Test-Ada Sample-0007",
student IDs that start with 9000. The shapes are Ed-Fi's and the vendors'; the content is nobody's.
One school has everything, one has no calendar and no marks, so that both a tier and its absence
can be seen.
"""

from demo.standin.write import write

__all__ = ["write"]
