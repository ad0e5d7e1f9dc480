{#
    descriptor_namespace(text): the part of a descriptor URI before its code, lower case: who defined
    the code, and for what. Null for a bare code.

        {{ descriptor_namespace("'uri://ed-fi.org/AttendanceEventCategoryDescriptor#Tardy'") }}
        -- uri://ed-fi.org/attendanceeventcategorydescriptor
#}
{% macro descriptor_namespace(text) -%}
    {%- if not text -%}
        {{ exceptions.raise_compiler_error(
            "descriptor_namespace: `text` must be a text expression, got none"
        ) }}
    {%- endif -%}
    case
        when {{ dbt.position("'#'", text) }} > 1
            then nullif(lower(trim(substr({{ text }}, 1, {{ dbt.position("'#'", text) }} - 1))), '')
    end
{%- endmacro %}
