{#
    unmapped_codes(source, entity, column, crosswalk, key, namespace, also, by_source): the codes of a
    source that neither the crosswalk nor the source's own mappings know, with the number of its rows,
    as a select of source, crosswalk, key_column, code, record_count.

    source      a source that the district uses
    entity      what it fills, by its name in canonical_inputs
    column      the column with the code, of that model of staging
    crosswalk   name of the seed that should know it
    key         the seed's column (default: `column`)
    namespace   the model's column that says who defined the code, where the source maps such codes
    also        another seed with the same key in which the code may stand instead
    by_source   false where both have no column source_system: they are the district's, not a source's

        {{ unmapped_codes(source, 'courses', 'academic_subject_code', 'xwalk_academic_subjects') }}
#}
{% macro unmapped_codes(
    source, entity, column, crosswalk, key=none, namespace=none, also=none, by_source=true
) -%}
    {%- if source not in staging_of(entity) -%}
        {{ exceptions.raise_compiler_error(
            "unmapped_codes: `source` must fill " ~ entity ~ " and be used, got " ~ source
        ) }}
    {%- endif -%}
    {%- set key = key or column -%}
    select
        '{{ source }}' as source,
        '{{ crosswalk }}' as crosswalk,
        '{{ key }}' as key_column,
        coded.{{ column }} as code,
        count(*) as record_count
    from {{ ref(staging_of(entity)[source]) }} as coded
    {%- if namespace %}
    left join {{ ref('can_code_mappings') }} as code_mappings
        on code_mappings.source_system = '{{ source }}'
        and code_mappings.descriptor_namespace = coded.{{ namespace }}
        and code_mappings.code = coded.{{ column }}
    {%- endif %}
    {%- for seed in [crosswalk, also] if seed %}
    {%- set rows = codes_of_sources(ref(seed), [key], [source]) if by_source
        else district_rows(ref(seed), [key]) %}
    left join ({{ rows }}) as known_{{ loop.index }}
        {%- if namespace %}
        on known_{{ loop.index }}.{{ key }} in (coded.{{ column }}, code_mappings.mapped_code)
        {%- else %}
        on known_{{ loop.index }}.{{ key }} = coded.{{ column }}
        {%- endif %}
    {%- endfor %}
    where coded.{{ column }} is not null
        and known_1.{{ key }} is null
        {%- if also %}
        and known_2.{{ key }} is null
        {%- endif %}
    group by coded.{{ column }}
{%- endmacro %}
