{#
    was_landed(load): whether a load belongs to the state of raw that this run stands on. A load does when
    its number is not above the run's `load_ceiling` and not in `loads_under_way`, which lists loads below
    the ceiling that had not been committed when it was fixed. Without a ceiling all do.

        where {{ was_landed('loads.load_id') }}
#}
{% macro was_landed(load) -%}
    {%- set ceiling = run_value('load_ceiling') -%}
    {%- set under_way = run_value('loads_under_way') or [] -%}
    {%- if under_way is string -%}{%- set under_way = under_way.split(',') -%}{%- endif -%}
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
