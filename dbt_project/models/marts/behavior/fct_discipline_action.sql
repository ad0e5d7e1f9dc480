-- One row per disciplinary action of a student and kind of action, on or before the as-of date. A
-- suspension counts by its own date, whenever its incident was.
with

actions as (
    select * from {{ ref('can_discipline_actions') }}
),

taken as (
    select
        action_key,
        student_key,
        school_key,
        action_id,
        action_date,
        action_type,
        action_type in ('in_school_suspension', 'out_of_school_suspension') as is_suspension,
        length_days,
        known_on
    from actions
    where action_date <= {{ as_of_date() }}
)

select * from taken
