{#
    attendance_gap(days, policy, has_days): why nobody can judge a student's attendance, null when one can.
    `days` is a relation with span_count_with_calendar, span_count_without_submission,
    has_unmapped_category, has_no_section_enrollment, days_not_submitted and days_enrolled; policy one
    with min_enrolled_days and attendance_stale_insufficient_days; has_days an expression: whether
    any enrolment of the school year is known.

        {{ attendance_gap('year_to_date', 'policy', 'year_to_date.student_key is not null') }} as insufficient_reason
#}
{% macro attendance_gap(days, policy, has_days) -%}
    case
        when not ({{ has_days }}) then 'no_enrollment'
        when {{ days }}.span_count_with_calendar = 0 then 'no_calendar'
        when {{ days }}.has_unmapped_category then 'unmapped_category'
        when {{ days }}.has_no_section_enrollment then 'no_section_enrollment'
        when {{ days }}.days_enrolled = 0
            and {{ days }}.span_count_without_submission = {{ days }}.span_count_with_calendar
            then 'no_attendance_submitted'
        when {{ days }}.days_not_submitted >= {{ policy }}.attendance_stale_insufficient_days
            then 'attendance_stale'
        when {{ days }}.days_enrolled < {{ policy }}.min_enrolled_days then 'too_few_days'
    end
{%- endmacro %}
