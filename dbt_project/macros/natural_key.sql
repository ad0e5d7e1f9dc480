{#
    Keys of records of the system of record, and of references to them. Hosts on SQL Server compare keys
    without case: a section MATH-1 is referred to as math-1. So a reference finds its record without
    regard to case, unless two live records of that entity differ in nothing else: then a source tells
    them apart, and so do we. Which model of staging says so of an entity stands in canonical_inputs,
    as key_case_of_<entity>: a change in one entity concerns no key of another.

    natural_key(entity, columns)   the key of a record of `entity`, from the columns of its natural key
    key_text(entity, column)       one text of such a key, to be compared and not to be shown

        {{ natural_key('sections', ['school_id', 'section_identifier']) }} as section_key
        on {{ key_text('calendars', 'dates.calendar_code') }} = {{ key_text('calendars', 'c.code') }}
#}
{% macro natural_key(entity, columns) -%}
    {%- if columns is string or columns | length == 0 -%}
        {{ exceptions.raise_compiler_error(
            "natural_key: `columns` must be a list of columns, got " ~ columns
        ) }}
    {%- endif -%}
    {%- set texts = [] -%}
    {%- for column in columns -%}
        {%- do texts.append(key_text(entity, column)) -%}
    {%- endfor -%}
    {{ surrogate_key(texts) }}
{%- endmacro %}

{% macro key_text(entity, column) -%}
    {%- if not entity or not column or entity is not string or column is not string -%}
        {{ exceptions.raise_compiler_error(
            "key_text: `entity` and `column` must be names, got " ~ entity ~ " and " ~ column
        ) }}
    {%- endif -%}
    {%- set models = staging_of('key_case_of_' ~ entity).values() -%}
    {%- set text = 'cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    {%- if not models -%}
        upper({{ text }})
    {%- else -%}
    case
            when {% for model in models -%}
            {{ 'or ' if not loop.first }}(
                select key_case.is_case_sensitive
                from {{ ref(model) }} as key_case
                where key_case.entity = '{{ entity }}'
            ) {% endfor -%}
            then {{ text }}
            else upper({{ text }})
        end
    {%- endif -%}
{%- endmacro %}
