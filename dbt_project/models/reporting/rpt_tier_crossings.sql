-- One row per student and day of the last days on which the tier crossed: what an alert may say.
-- Which of it is said to whom decides the vendor registry, when the alert is sent; that a crossing
-- is offered again on the nights after it does no harm, because the outbox takes it once.
--
-- A run of a day before the latest one observed reports nothing: the later day has spoken, and the
-- same rise on two dates would be two alerts. This stands here and not in risk_tier_crossings,
-- because what happened on a day does not depend on the order of the runs, and what may still be
-- said does; and because this is the relation that egress reads.
with

crossings as (
    select * from {{ ref('risk_tier_crossings') }}
),

observations as (
    select * from {{ ref('risk_tier_observations') }}
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

latest_run as (
    select max(observations.as_of_date) as as_of_date
    from observations
),

shown as (
    select
        -- the same step seen again by a rerun is the same crossing
        {{ surrogate_key(['crossings.student_key', 'crossings.changed_on', 'crossings.tier']) }}
            as crossing_key,
        students.student_unique_id,
        students.first_name,
        students.last_surname,
        schools.school_id,
        schools.school_name,
        tiers.grade_level,
        -- the age below which COPPA speaks
        {{ dbt.dateadd('year', 13, 'students.birth_date') }} > {{ as_of_date() }} as is_under_13,
        crossings.tier,
        crossings.previous_tier,
        crossings.changed_on,
        crossings.direction,
        crossings.cause,
        crossings.reasons,
        crossings.as_of_date
    from crossings
    inner join latest_run
        on latest_run.as_of_date <= crossings.as_of_date
    inner join tiers
        on tiers.student_key = crossings.student_key
    inner join students
        on students.student_key = crossings.student_key
    left join schools
        on schools.school_key = crossings.school_key
)

select * from shown
