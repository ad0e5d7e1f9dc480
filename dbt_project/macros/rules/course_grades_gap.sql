{#
    course_grades_gap(grades, policy, school_key, has_periods, has_closed_period, has_unmapped_kinds):
    why the marks of the latest closed period say nothing, null when they say something. `grades` is a
    relation with letter_mark_count, df_count, unmapped_mark_count, number_mark_count and
    excluded_mark_count; policy one with course_grades_need_letters and any_df_yellow_count; the other
    arguments are expressions, the last three true or false. The last one only chooses between two reasons: who asks
    for no more than a gap leaves it out.

        {{ course_grades_gap('closed_periods', 'policy', 'students.school_key', 'x', 'y') }} as gap_code
#}
{% macro course_grades_gap(
    grades, policy, school_key, has_periods, has_closed_period, has_unmapped_kinds='false'
) -%}
    case
        -- the other marks can only make it worse: a colour that the letters make certain stands
        when {{ grades }}.letter_mark_count > 0
            and {{ has_unreadable_marks(grades) }}
            and {{ grades }}.df_count < {{ policy }}.any_df_yellow_count
            then 'some_unmapped_marks'
        when {{ grades }}.letter_mark_count > 0 then null
        when {{ policy }}.course_grades_need_letters then 'no_letter_marks'
        when {{ school_key }} is null then 'no_enrollment'
        when not {{ has_periods }} then 'no_grading_periods'
        when not {{ has_closed_period }} then 'no_closed_period'
        when {{ grades }}.unmapped_mark_count > 0 then 'unmapped_marks'
        when {{ has_unmapped_kinds }} then 'unmapped_mark_kinds'
        when {{ grades }}.excluded_mark_count > 0 then 'only_excluded_marks'
        else 'no_marks'
    end
{%- endmacro %}
