{#
    unique_grain(columns): no two rows share these columns, and none of them is null. One test for the
    grain that a model's header states.

        data_tests:
          - unique_grain:
              arguments: {columns: [student_key, indicator]}
#}
{% test unique_grain(model, columns) %}
{%- if columns is string or columns | length == 0 -%}
    {{ exceptions.raise_compiler_error("unique_grain: `columns` must be a list of columns, got " ~ columns) }}
{%- endif -%}
{%- set grain = columns | join(', ') %}
select
    {{ grain }},
    count(*) as row_count
from {{ model }}
group by {{ grain }}
having count(*) > 1
{%- for column in columns %}
    or {{ column }} is null
    {%- endfor %}
{% endtest %}
