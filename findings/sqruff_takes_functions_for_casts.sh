#!/usr/bin/env bash
# sqruff 0.44.0: rule CV11 with preferred_type_casting_style = cast refuses every call of a function.
#
# The rule is to find `score::int` and `convert(int, score)` where cast() is preferred. It takes any
# function for a cast of another style: coalesce() and upper() are reported too, where sqlfluff 4.4.0 with
# the same settings reports the `::` alone. So the rule can only be off, and `::` must be found in another
# way (rule CV09 with `::` as a blocked word). quarylabs/sqruff issue 2010 (open) tells of a kindred case.
#
# Ends with 0 while the behaviour is as told here.
set -euo pipefail
python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check sqruff==0.44.0 sqlfluff==4.4.0
cd "$folder"
cat > results.sql <<'SQL'
select
    coalesce(score, 0) as score,
    upper(letter) as letter,
    minutes::int as minutes
from results
SQL
cat > .sqlfluff <<'INI'
[sqlfluff]
dialect = postgres
rules = CV11
[sqlfluff:rules:convention.casting_style]
preferred_type_casting_style = cast
INI
lines() {
    grep -oE "L: +[0-9]+ .*CV11" | grep -oE "L: +[0-9]+" | grep -oE "[0-9]+" | sort -un | xargs
}
by_sqruff=$({ venv/bin/sqruff lint results.sql 2>&1 || true; } | lines)
by_sqlfluff=$({ venv/bin/sqlfluff lint results.sql 2>&1 || true; } | lines)
echo "lines with a wrong cast: sqruff $by_sqruff, sqlfluff $by_sqlfluff"
[ "$by_sqruff" = "2 3 4" ] && [ "$by_sqlfluff" = "4" ] || { echo "the behaviour changed"; exit 1; }
echo "As told: sqruff takes coalesce() and upper() for casts."
