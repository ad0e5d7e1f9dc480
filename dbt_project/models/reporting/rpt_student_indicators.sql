-- One row per student that the rules judge and indicator: its flag and why.
with

indicators as (
    select * from {{ ref('risk_indicators') }}
),

judged as (
    select * from {{ ref('risk_students') }}
),

students as (
    select * from {{ ref('dim_student') }}
),

schools as (
    select * from {{ ref('dim_school') }}
),

shown as (
    select
        students.student_unique_id,
        students.first_name,
        students.last_surname,
        schools.school_id,
        judged.grade_level,
        indicators.indicator,
        indicators.flag,
        {{ cut_number('indicators.value', 2) }} as value,
        indicators.value_text,
        indicators.threshold_text,
        indicators.reason,
        indicators.reason_code,
        indicators.policy_version,
        indicators.evidence_from,
        indicators.evidence_to,
        indicators.as_of_date
    from indicators
    inner join judged
        on judged.student_key = indicators.student_key
    inner join students
        on students.student_key = indicators.student_key
    left join schools
        on schools.school_key = judged.school_key
)

select * from shown
