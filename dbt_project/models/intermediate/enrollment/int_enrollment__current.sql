-- One row per student with any enrolment: where the student stands on the as-of date.
with

spells as (
    select * from {{ ref('can_enrollments') }}
),

primary_spans as (
    select * from {{ ref('int_enrollment__primary_spans') }}
),

current_span as (
    select
        primary_spans.student_key,
        primary_spans.school_key,
        primary_spans.grade_level,
        primary_spans.grade_band
    from primary_spans
    where primary_spans.first_date <= {{ as_of_date() }}
        and coalesce(primary_spans.last_date >= {{ as_of_date() }}, true)
),

nearest_spell as (
    select
        spells.student_key,
        spells.grade_level,
        spells.grade_band,
        row_number() over (
            partition by spells.student_key
            -- the enrolment that began last, else the one that begins first
            order by
                case when spells.first_date <= {{ as_of_date() }} then 0 else 1 end,
                case when spells.first_date <= {{ as_of_date() }} then spells.first_date end desc,
                spells.first_date,
                spells.school_id,
                spells.enrollment_key
        ) as nearness
    from spells
),

per_student as (
    select
        spells.student_key,
        max(case when spells.first_date > {{ as_of_date() }} then 1 else 0 end)
            as has_later_enrollment
    from spells
    group by spells.student_key
),

placed as (
    select
        per_student.student_key,
        current_span.school_key,
        case
            when current_span.student_key is not null then current_span.grade_level
            else nearest_spell.grade_level
        end as grade_level,
        case
            when current_span.student_key is not null then current_span.grade_band
            else nearest_spell.grade_band
        end as grade_band,
        case
            when current_span.student_key is not null then 'enrolled'
            when per_student.has_later_enrollment = 1 then 'not_yet'
            else 'left'
        end as enrollment_status
    from per_student
    left join current_span
        on current_span.student_key = per_student.student_key
    left join nearest_spell
        on nearest_spell.student_key = per_student.student_key
        and nearest_spell.nearness = 1
)

select * from placed
