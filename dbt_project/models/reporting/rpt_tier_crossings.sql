-- One row per student whose tier crossed on the as-of date: what an alert may say. Which of it is
-- said to whom decides the vendor registry, when the alert is sent.
with

crossings as (
    select * from {{ ref('risk_tier_crossings') }}
),

tiers as (
    select * from {{ ref('risk_tiers') }}
),

students as (
    select * from {{ ref('dim_student') }}
),

schools as (
    select * from {{ ref('dim_school') }}
),

shown as (
    select
        -- the same step seen again by a rerun is the same crossing
        {{ surrogate_key(['crossings.student_key', 'crossings.changed_on', 'crossings.tier']) }}
            as crossing_key,
        students.student_id as student_unique_id,
        students.first_name,
        students.last_name as last_surname,
        schools.school_id,
        schools.school_name,
        tiers.grade_level,
        -- the age below which COPPA speaks
        {{ dbt.dateadd('year', 13, 'students.birth_date') }} > {{ as_of_date() }} as is_under_13,
        crossings.tier,
        crossings.previous_tier,
        crossings.changed_on,
        crossings.direction,
        crossings.reasons,
        crossings.as_of_date
    from crossings
    inner join tiers
        on tiers.student_key = crossings.student_key
    inner join students
        on students.student_key = crossings.student_key
    left join schools
        on schools.school_key = crossings.school_key
)

select * from shown
