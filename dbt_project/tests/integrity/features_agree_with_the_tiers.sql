{{ config(tags=['across_layers']) }}
-- What it finds: students whose tier or attendance counts in features, on the as-of date of the
-- run, are not those of the rules and the marts.
-- When it matters: always. Features compute by other ways what marts compute for one date; this is
-- the proof that both say the same. A run of an earlier day than that of the newest load is not
-- judged: its tiers know the corrections that came since, its features only what was known then.
-- How to resolve: see which side is wrong for the student_key given, and mend that model.
with

features as (
    select * from {{ ref('ftr_student_as_of') }}
    where as_of_date = {{ as_of_date() }}
),

tiers as (
    select * from {{ ref('risk_tiers') }}
),

attendance as (
    select * from {{ ref('fct_attendance_to_date') }}
),

students as (
    select * from {{ ref('dim_student') }}
    where enrollment_status = 'enrolled'
),

newest_load as (
    select max(loads.as_of_date) as as_of_date
    from {{ ref('stg_ops__loads') }} as loads
    where loads.status = 'loaded'
),

disagreeing as (
    select
        students.student_key,
        tiers.rule_tier,
        features.rule_tier as feature_rule_tier,
        attendance.days_enrolled,
        features.days_enrolled_ytd,
        attendance.days_absent,
        features.days_absent_ytd
    from students
    inner join tiers
        on tiers.student_key = students.student_key
    left join attendance
        on attendance.student_key = students.student_key
    left join features
        on features.student_key = students.student_key
    cross join newest_load
    where (newest_load.as_of_date is null or newest_load.as_of_date <= {{ as_of_date() }})
        and (
            features.rule_tier is distinct from tiers.rule_tier
            or features.days_enrolled_ytd is distinct from attendance.days_enrolled
            or features.days_absent_ytd is distinct from attendance.days_absent
            or features.absence_rate_30d is distinct from attendance.absence_rate_30d
            or features.absence_rate_90d is distinct from attendance.absence_rate_90d
            or features.is_chronic_ytd is distinct from attendance.is_chronically_absent
        )
)

select * from disagreeing
