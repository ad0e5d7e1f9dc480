{#
    attendance_flag(row): the flag of the attendance indicator. `row` is a relation with gap_code,
    days_absent, days_enrolled, severe_absence_pct and chronic_absence_pct.

        {{ attendance_flag('measured') }} as flag
#}
{% macro attendance_flag(row) -%}
    case
        when {{ row }}.gap_code is not null then 'insufficient_data'
        when
            {{ absent_share_reaches(
                row ~ '.days_absent', row ~ '.days_enrolled', row ~ '.severe_absence_pct'
            ) }}
            then 'red'
        when
            {{ absent_share_reaches(
                row ~ '.days_absent', row ~ '.days_enrolled', row ~ '.chronic_absence_pct'
            ) }}
            then 'yellow'
        else 'none'
    end
{%- endmacro %}
