-- One row per student and span of dates in which one enrolment decides: the primary school's. Spans
-- of a student never overlap, so every date belongs to one school at most.
with

spells as (
    select * from {{ ref('can_enrollments') }}
    where has_days
),

-- who is enrolled where can change only on a first day and on the day after a last day
turning_points as (
    select
        spells.student_key,
        spells.first_date as turning_date
    from spells
    union
    select
        spells.student_key,
        {{ days_before(-1, 'spells.last_date') }} as turning_date
    from spells
    where spells.last_date is not null
),

pieces as (
    select
        turning_points.student_key,
        turning_points.turning_date as first_date,
        lead(turning_points.turning_date) over (
            partition by turning_points.student_key
            order by turning_points.turning_date
        ) as next_date
    from turning_points
),

-- fans out to the few enrolments that hold at the same time
holding as (
    select
        pieces.student_key,
        pieces.first_date,
        {{ days_before(1, 'pieces.next_date') }} as last_date,
        spells.enrollment_key,
        spells.school_key,
        spells.school_id,
        spells.is_primary_school,
        spells.compared_calendar_code,
        spells.calendar_school_year,
        spells.grade_level,
        spells.grade_band,
        min(spells.first_date) over (
            partition by pieces.student_key, pieces.first_date, spells.school_key
        ) as school_entry_date,
        -- at one school a later enrolment replaces one that nobody closed
        row_number() over (
            partition by pieces.student_key, pieces.first_date, spells.school_key
            order by spells.first_date desc, spells.enrollment_key
        ) as recency_at_school
    from pieces
    inner join spells
        on spells.student_key = pieces.student_key
        and spells.first_date <= pieces.first_date
        and (spells.last_date is null or spells.last_date >= pieces.first_date)
),

ranked as (
    select
        holding.student_key,
        holding.first_date,
        holding.last_date,
        holding.enrollment_key,
        holding.school_key,
        holding.compared_calendar_code,
        holding.calendar_school_year,
        holding.grade_level,
        holding.grade_band,
        row_number() over (
            partition by holding.student_key, holding.first_date
            order by
                -- the source's own mark first, then the earlier entry, then the lower school id
                case
                    when holding.is_primary_school then 0
                    when holding.is_primary_school is null then 1
                    else 2
                end,
                holding.school_entry_date,
                holding.school_id,
                holding.enrollment_key
        ) as preference
    from holding
    where holding.recency_at_school = 1
),

primary_spans as (
    select
        ranked.student_key,
        ranked.enrollment_key,
        ranked.school_key,
        ranked.compared_calendar_code,
        ranked.calendar_school_year,
        ranked.grade_level,
        ranked.grade_band,
        ranked.first_date,
        ranked.last_date
    from ranked
    where ranked.preference = 1
)

select * from primary_spans
