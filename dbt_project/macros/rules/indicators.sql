{#
    indicators(): the indicators that colour a student and count for the tier, in the order in which
    equals are named. Each has a model risk_indicator__<name>, and a column <name>_flag beside
    is_<name>_evidence on every as-of date of ftr_student_as_of. docs/add-a-metric.md tells how
    another one comes in.

        {% for indicator in indicators() %}
#}
{% macro indicators() -%}
    {{ return(['attendance', 'course_grades', 'assessment', 'behavior']) }}
{%- endmacro %}
