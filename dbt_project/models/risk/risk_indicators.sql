-- One row per student that the rules judge and indicator: its flag, and why. This is the one query
-- behind "why is this student flagged?".
with

together as (
    {%- for indicator in indicators() %}
        select
            {{ indicator }}.student_key,
            '{{ indicator }}' as indicator,
            {{ indicator }}.flag,
            {{ indicator }}.is_evidence,
            {{ indicator }}.value,
            {{ indicator }}.value_text,
            {{ indicator }}.threshold,
            {{ indicator }}.threshold_text,
            {{ indicator }}.reason,
            {{ indicator }}.reason_code,
            {{ indicator }}.policy_version,
            {{ indicator }}.evidence_from,
            {{ indicator }}.evidence_to,
            {{ indicator }}.as_of_date
        from {{ ref('risk_indicator__' ~ indicator) }} as {{ indicator }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from together
