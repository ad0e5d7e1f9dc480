{#
    grade_level_number(grade_level): the grade level as a number that sorts: PK -1, KG 0, 01 to 12; null
    when unknown.

        {{ grade_level_number('spans.grade_level') }} as grade_level_number
#}
{% macro grade_level_number(grade_level) -%}
    case {{ grade_level }}
        when 'PK' then -1
        when 'KG' then 0
        else cast({{ grade_level }} as integer)
    end
{%- endmacro %}
