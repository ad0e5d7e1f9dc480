{#
    descriptor_code(text): the code of a descriptor URI, lower case, null when there is none. A value
    without a namespace (`Unexcused Absence`) is its own code, so sources that send bare codes work.

        {{ descriptor_code("'uri://ed-fi.org/AttendanceEventCategoryDescriptor#Tardy'") }}  -- tardy
#}
{% macro descriptor_code(text) -%}
    {%- if not text -%}
        {{ exceptions.raise_compiler_error("descriptor_code: `text` must be a text expression, got none") }}
    {%- endif -%}
    nullif(lower(trim(substr({{ text }}, {{ dbt.position("'#'", text) }} + 1))), '')
{%- endmacro %}
