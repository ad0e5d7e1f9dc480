{#
    union_of_sources(entity, columns, told): the rows of one entity from every source that the district uses, as
    a select that a canonical model puts into its import CTE. Which model of staging a source gives
    stands in canonical_inputs; which sources are used, in the variable `sources`.

    entity      name of the entity in canonical_inputs
    columns     what each source gives, by column with its type
    told        the CTE with the rows of every source, where a model has united them itself: one source
                keeps apart what another tells in one list

        students as (
            {{ union_of_sources('students', {'student_key': 'bigint', 'student_id': 'text'}) }}
        ),

    Each row says which source it comes from, and from which delivery or host of it: `source_system`
    and `source_instance`. A model that reads several sources names them in `source`. The instance is
    empty where staging gives none: of each kind of student system a district has one. No source, no
    row. Of several student systems those rows stand that the system of record tells (rows_of_record).

    told_by_sources(entity, columns)   the rows of every source, whoever is the system of record; with
                                       `dated`, [entity, key, column], each with the date of the row
                                       of that entity, of its source, that has the key: date_of_record
#}
{% macro union_of_sources(entity, columns, told=none) -%}
    {%- if entity not in canonical_inputs() -%}
        {{ exceptions.raise_compiler_error(
            "union_of_sources: `entity` must be one of canonical_inputs, got " ~ entity
        ) }}
    {%- endif -%}
    {%- if columns is not mapping or columns | length == 0 -%}
        {{ exceptions.raise_compiler_error(
            "union_of_sources: `columns` must be types by column, got " ~ columns
        ) }}
    {%- endif -%}
    {%- if entity not in record_rules() -%}
        {{ exceptions.raise_compiler_error(
            "union_of_sources: `entity` must be one of record_rules, got " ~ entity
        ) }}
    {%- endif -%}
    {%- if var('sources') | length > 1 -%}
        {{ rows_of_record(entity, columns, told) }}
    {%- elif told -%}
    select
        {%- for column in columns %}
        {{ told }}.{{ column }},
        {%- endfor %}
        {{ told }}.source_system,
        {{ told }}.source_instance
    from {{ told }}
    {%- else -%}
        {{ told_by_sources(entity, columns) }}
    {%- endif -%}
{%- endmacro %}

{% macro told_by_sources(entity, columns, dated=none) -%}
    {%- for source, model in staging_of(entity).items() -%}
    {{- 'union all\n    ' if not loop.first -}}
    select
        {%- for column in columns %}
        {{ entity }}.{{ column }},
        {%- endfor %}
        {%- if dated %}
        dated.{{ dated[2] }} as date_of_record,
        {%- endif %}
        {{ entity ~ '.source' if 'source' in columns else "'" ~ source ~ "'" }} as source_system
        {%- if 'source_instance' not in columns %},
        '' as source_instance
        {%- endif %}
    from {{ ref(model) }} as {{ entity }}
    {%- if dated %}
    left join {{ ref(staging_of(dated[0])[source]) }} as dated
        on dated.{{ dated[1] }} = {{ entity }}.{{ dated[1] }}
    {%- endif %}
    {% else -%}
    select
        {%- for column, type in columns.items() %}
        cast(null as {{ type }}) as {{ column }},
        {%- endfor %}
        {%- if dated %}
        cast(null as date) as date_of_record,
        {%- endif %}
        '' as source_system
        {%- if 'source_instance' not in columns %},
        '' as source_instance
        {%- endif %}
    where false
    {%- endfor %}
{%- endmacro %}
