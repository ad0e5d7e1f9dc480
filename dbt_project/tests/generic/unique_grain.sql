{#
    unique_grain(columns, not_null): no two rows share these columns, and none of them is null, nor is
    any of the `not_null` ones. One test, and one pass, for the grain that a model's header states and
    for what every row of it must have: a test per column would read the table once per column.

        data_tests:
          - unique_grain:
              arguments:
                columns: [student_key, indicator]
                not_null: [flag]

    A table with a contract states the latter as constraints, which hold before its rows are seen.
#}
{% test unique_grain(model, columns, not_null=[]) %}
{%- for argument, given in {"columns": columns, "not_null": not_null}.items() %}
    {%- if given is string or (argument == "columns" and given | length == 0) -%}
        {{ exceptions.raise_compiler_error("unique_grain: `" ~ argument ~ "` must be a list of columns, got " ~ given) }}
    {%- endif -%}
{%- endfor %}
{%- set grain = columns | join(', ') %}
select
    {{ grain }},
{%- for column in not_null %}
    count(*) - count({{ column }}) as {{ column }}_missing,
{%- endfor %}
    count(*) as row_count
from {{ model }}
group by {{ grain }}
having count(*) > 1
{%- for column in columns %}
    or {{ column }} is null
{%- endfor %}
{%- for column in not_null %}
    or count({{ column }}) < count(*)
{%- endfor %}
{% endtest %}
