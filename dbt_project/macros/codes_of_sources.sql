{#
    codes_of_sources(relation, keys, sources): the crosswalk rows by which this run's district reads the
    codes of each of its sources: one row per source, `code_source`, and keys.

    relation    a crosswalk with the columns district_code and source_system, where `*` is any
    keys        its columns that hold the code
    sources     names of the sources, or the name of a relation with their names as source; by
                default the student systems that the district uses

        grade_types as (
            {{ codes_of_sources(ref('xwalk_grade_types'), ['grade_type_code']) }}
        ),

    A row of the district wins over one for every district (`*`), and of two such rows the one of the
    source over the one for any source. So two sources may mean different things by one code.
#}
{% macro codes_of_sources(relation, keys, sources=none) -%}
    {%- if keys is string or keys is mapping or keys | length == 0 -%}
        {{ exceptions.raise_compiler_error(
            "codes_of_sources: `keys` must be a list of columns, got " ~ keys
        ) }}
    {%- endif -%}
    {%- set sources = var('sources') if sources is none else sources -%}
    select
        used.source_system as code_source,
        crosswalk.*
    from {{ relation }} as crosswalk
    inner join
        {#- the linter knows no variable, and no source -#}
        {%- if sources is string and sources %}
        (
            select source as source_system
            from {{ sources }}
        )
        {%- else %}
        (
            {%- for source in sources %}
            select cast('{{ source }}' as {{ dbt.type_string() }}) as source_system
            {{- ' union all' if not loop.last }}
            {%- else %}
            select cast(null as {{ dbt.type_string() }}) as source_system
            where false
            {%- endfor %}
        )
        {%- endif %} as used
        on crosswalk.source_system in ('*', used.source_system)
    left join {{ relation }} as nearer
        on nearer.district_code in ('*', {{ district_code() }})
        and nearer.source_system in ('*', used.source_system)
        {%- for key in keys %}
        and nearer.{{ key }} = crosswalk.{{ key }}
        {%- endfor %}
        and ({{ _nearness('nearer') }}) > ({{ _nearness('crosswalk') }})
    where crosswalk.district_code in ('*', {{ district_code() }})
        and nearer.district_code is null
{%- endmacro %}

{% macro _nearness(row) -%}
    case when {{ row }}.district_code = '*' then 0 else 2 end
        + case when {{ row }}.source_system = '*' then 0 else 1 end
{%- endmacro %}
