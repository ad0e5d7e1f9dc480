{#
    course_grades_flag(row): the flag of the course-grade indicator. `row` is a relation with gap_code and
    reason_code.

        {{ course_grades_flag('flagged') }} as flag
#}
{% macro course_grades_flag(row) -%}
    case
        when {{ row }}.reason_code = 'no_letter_marks' then 'not_applicable'
        when {{ row }}.gap_code is not null then 'insufficient_data'
        when {{ row }}.reason_code in ('repeated_d_or_f', 'low_gpa') then 'red'
        when {{ row }}.reason_code = 'd_or_f' then 'yellow'
        else 'none'
    end
{%- endmacro %}
