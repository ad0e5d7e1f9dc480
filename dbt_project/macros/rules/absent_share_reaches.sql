{#
    absent_share_reaches(days_absent, days_enrolled, percent): whether the absences reach this percent
    of the enrolled days. Compared on counts, so that exactly on the line is on the line; null when a
    count is missing. The one spelling of the rule, for labels and flags alike.

        {{ absent_share_reaches('days_absent', 'days_enrolled', 'policy.chronic_absence_pct') }}
#}
{% macro absent_share_reaches(days_absent, days_enrolled, percent) -%}
    ({{ days_absent }} * 100 >= {{ days_enrolled }} * {{ percent }})
{%- endmacro %}
