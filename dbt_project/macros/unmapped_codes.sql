{#
    unmapped_codes(model, column, crosswalk, key, namespace, also): the codes of a model that neither the
    crosswalk nor the source's own mappings know, with the number of its rows, as a select of
    source, crosswalk, key_column, code, record_count.

    model       name of a model of staging, which says the source
    column      its column with the code
    crosswalk   name of the seed that should know it
    key         the seed's column (default: `column`)
    namespace   the model's column that says who defined the code, where the source maps such codes
    also        another seed with the same key in which the code may stand instead

        {{ unmapped_codes('stg_edfi__courses', 'academic_subject_code', 'xwalk_academic_subjects') }}
#}
{% macro unmapped_codes(model, column, crosswalk, key=none, namespace=none, also=none) -%}
    {%- if not model.startswith('stg_') -%}
        {{ exceptions.raise_compiler_error(
            "unmapped_codes: `model` must be one of staging, whose name says the source, got " ~ model
        ) }}
    {%- endif -%}
    {%- set key = key or column -%}
    {%- set source = model.split('__')[0] | replace('stg_', '') -%}
    select
        '{{ source }}' as source,
        '{{ crosswalk }}' as crosswalk,
        '{{ key }}' as key_column,
        coded.{{ column }} as code,
        count(*) as record_count
    from {{ ref(model) }} as coded
    {%- if namespace %}
    left join {{ ref('can_code_mappings') }} as code_mappings
        on code_mappings.source_system = '{{ source }}'
        and code_mappings.descriptor_namespace = coded.{{ namespace }}
        and code_mappings.code = coded.{{ column }}
    {%- endif %}
    {%- for seed in [crosswalk, also] if seed %}
    left join ({{ district_rows(ref(seed), [key]) }}) as known_{{ loop.index }}
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
