{#
    course_grades_reason(row): which rule of the course-grade indicator holds, or its gap. `row` is a
    relation with gap_code, df_count, gpa, df_red_count, gpa_red_below and any_df_yellow_count.

        {{ course_grades_reason('measured') }} as reason_code
#}
{% macro course_grades_reason(row) -%}
    case
        when {{ row }}.gap_code is not null then {{ row }}.gap_code
        when {{ row }}.df_count >= {{ row }}.df_red_count then 'repeated_d_or_f'
        -- compared unrounded
        when {{ row }}.gpa < {{ row }}.gpa_red_below then 'low_gpa'
        when {{ row }}.df_count >= {{ row }}.any_df_yellow_count then 'd_or_f'
        else 'course_grades_fine'
    end
{%- endmacro %}
