{#
    CTEs that say of each entity whether two of its live records have natural keys that differ in
    case only; the last is `judged`: entity, is_case_sensitive.

    source_name: of the raw tables, as in their source file
    natural_keys: by entity, the path of each part of its key in the payload
    tables: by entity, its raw table where that has another name

    Example:
        with

        {{ key_case('river', {'students': [['pupilNo']]}) }}

        select * from judged
#}
{% macro key_case(source_name, natural_keys, tables={}) %}
    {%- for entity in tables if entity not in natural_keys %}
        {{ exceptions.raise_compiler_error("key_case: table of `" ~ entity ~ "`, which has no key") }}
    {%- endfor %}
    {%- for entity in natural_keys %}
        {{ entity }} as (
            {{ current_rows(source(source_name, tables.get(entity, entity))) }}
        ),
    {% endfor %}
    keys as (
        {%- for entity, parts in natural_keys.items() %}
            {%- set exact = [] %}
            {%- set folded = [] %}
            {%- for part in parts %}
                {%- do exact.append(json_text(entity ~ '.payload', part)) %}
                {%- do folded.append('upper(' ~ json_text(entity ~ '.payload', part) ~ ')') %}
            {%- endfor %}
            select
                '{{ entity }}' as entity,
                {{ surrogate_key(exact) }} as exact_key,
                {{ surrogate_key(folded) }} as folded_key
            from {{ entity }}
            {{ 'union all' if not loop.last }}
        {%- endfor %}
    ),

    spellings as (
        select
            keys.entity,
            keys.folded_key,
            count(distinct keys.exact_key) as spelling_count
        from keys
        group by keys.entity, keys.folded_key
    ),

    judged as (
        select
            spellings.entity,
            max(case when spellings.spelling_count > 1 then 1 else 0 end) = 1 as is_case_sensitive
        from spellings
        group by spellings.entity
    )
{% endmacro %}
