{#
    staging_of(entity): the models of staging that give an entity its rows, of the sources that the
    district uses (variables `sources` and `file_sources`), by source. The staging of other sources is
    not there.

        {% for model in staging_of('students').values() %} ... {{ ref(model) }} ...
#}
{% macro staging_of(entity) -%}
    {%- if entity not in canonical_inputs() -%}
        {{ exceptions.raise_compiler_error(
            "staging_of: `entity` must be one of canonical_inputs, got " ~ entity
        ) }}
    {%- endif -%}
    {%- set used = {} -%}
    {%- for source, model in canonical_inputs()[entity].items()
            if source in var('sources') + var('file_sources') -%}
        {%- do used.update({source: model}) -%}
    {%- endfor -%}
    {{ return(used) }}
{%- endmacro %}
