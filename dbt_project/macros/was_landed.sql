{#
    was_landed(load): whether a load belongs to the state of raw that this run stands on. A load does when
    its number is not above the variable `load_ceiling` and not in `loads_under_way`, which lists loads
    below the ceiling that had not been committed when it was fixed. Without the variable all do.

        where {{ was_landed('loads.load_id') }}
#}
{% macro was_landed(load) -%}
    {%- set ceiling = var('load_ceiling', none) -%}
    {%- set under_way = var('loads_under_way', []) -%}
    {%- if not load or load is not string -%}
        {{ exceptions.raise_compiler_error("was_landed: `load` must be a column, got " ~ load) }}
    {%- endif -%}
    {%- if ceiling is none -%}
        true
    {%- elif not under_way -%}
        {{ load }} <= {{ ceiling | int }}
    {%- else -%}
        {{ load }} <= {{ ceiling | int }} and {{ load }} not in ({{ under_way | join(', ') }})
    {%- endif -%}
{%- endmacro %}
