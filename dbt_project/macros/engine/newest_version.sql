{#
    newest_version(relation, by, keys, tie): the last step of a staging model, as a select: one row per
    natural key, its newest version. The later load wins; `tie`, which no two rows share, breaks a tie.

    relation    the step before, with columns _load_id and _loaded_at; all its columns are handed on
    by          columns or expressions of the natural key; a part that is null is a key as any other
    keys        columns that are made of those, by name
    tie         column that breaks a tie; the key of the record in raw

        newest as (
            {{ newest_version('renamed', ['student_id'], {
                'student_key': natural_key('students', ['student_id']),
            }) }}
        )
#}
{% macro newest_version(relation, by, keys={}, tie='_record_key') -%}
    {%- if not relation or relation is not string or relation is mapping -%}
        {{ exceptions.raise_compiler_error(
            "newest_version: `relation` must be the name of a step, got " ~ relation
        ) }}
    {%- endif -%}
    {%- if by is string or by is mapping or by | length == 0 -%}
        {{ exceptions.raise_compiler_error("newest_version: `by` must be a list of columns, got " ~ by) }}
    {%- endif -%}
    {%- if keys is not mapping -%}
        {{ exceptions.raise_compiler_error(
            "newest_version: `keys` must be expressions by their column, got " ~ keys
        ) }}
    {%- endif -%}
    {{ return(adapter.dispatch('newest_version', 'firstbell')(relation, by, keys, tie)) }}
{%- endmacro %}

{% macro postgres__newest_version(relation, by, keys, tie) -%}
    select distinct on ({{ by | join(', ') }})
        {%- for name, expression in keys.items() %}
        {{ expression }} as {{ name }},
        {%- endfor %}
        {{ relation }}.*
    from (select * from {{ relation }} {{ evaluate_once() }}) as {{ relation }}
    order by {{ by | join(', ') }}, _load_id desc, _loaded_at desc, {{ tie }}
{%- endmacro %}
