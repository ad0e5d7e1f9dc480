-- One row per student, school and date with a class event: how many of the day's enrolled classes
-- were missed, and whether that makes a day.
with

section_events as (
    select * from {{ ref('can_section_attendance_events') }}
),

submissions as (
    select * from {{ ref('int_attendance__submissions') }}
),

section_enrollments as (
    select * from {{ ref('can_section_enrollments') }}
),

attending_schools as (
    select distinct
        submissions.school_key,
        submissions.school_year,
        submissions.takes_daily_attendance
    from submissions
),

-- one row per class, whatever number of events it has: the largest share decides
per_class as (
    select
        section_events.student_key,
        section_events.school_key,
        section_events.section_key,
        section_events.event_date,
        attending_schools.takes_daily_attendance,
        max(section_events.absent_fraction) as absent_fraction,
        max(case when section_events.is_category_unmapped then 1 else 0 end)
            as has_unmapped_category,
        min({{ known_from('section_events.event_date', 'section_events.known_on') }})
            as known_from,
        min(case
            when section_events.absent_fraction = 1
                then {{ known_from('section_events.event_date', 'section_events.known_on') }}
        end) as missed_known_from
    from section_events
    inner join attending_schools
        on attending_schools.school_key = section_events.school_key
        and attending_schools.school_year = {{ school_year_of('section_events.event_date') }}
    where section_events.event_date <= {{ as_of_date() }}
    group by
        section_events.student_key,
        section_events.school_key,
        section_events.section_key,
        section_events.event_date,
        attending_schools.takes_daily_attendance
),

days_with_events as (
    select
        per_class.student_key,
        per_class.school_key,
        per_class.event_date,
        per_class.takes_daily_attendance,
        max(per_class.absent_fraction) as largest_absent_fraction,
        min(per_class.known_from) as known_from
    from per_class
    group by
        per_class.student_key,
        per_class.school_key,
        per_class.event_date,
        per_class.takes_daily_attendance
),

-- fans out to the classes of a day; grouped again in the next step but one
open_classes as (
    select
        days_with_events.student_key,
        days_with_events.school_key,
        days_with_events.event_date,
        section_enrollments.section_key,
        coalesce(section_enrollments.is_homeroom, false) as is_homeroom,
        min(case when section_enrollments.is_homeroom then 1 else 0 end) over (
            partition by
                days_with_events.student_key,
                days_with_events.school_key,
                days_with_events.event_date
        ) = 1 as has_homeroom_only
    from days_with_events
    inner join section_enrollments
        on section_enrollments.student_key = days_with_events.student_key
        and section_enrollments.school_key = days_with_events.school_key
        and section_enrollments.begin_date <= days_with_events.event_date
        and (
            section_enrollments.end_date is null
            or section_enrollments.end_date >= days_with_events.event_date
        )
),

-- a homeroom takes attendance beside the classes, or none; where it is all there is, it is the day
enrolled_classes as (
    select
        open_classes.student_key,
        open_classes.school_key,
        open_classes.event_date,
        open_classes.section_key
    from open_classes
    where not open_classes.is_homeroom
        or open_classes.has_homeroom_only
),

classes_of_the_day as (
    select
        days_with_events.student_key,
        days_with_events.school_key,
        days_with_events.event_date,
        days_with_events.takes_daily_attendance,
        days_with_events.largest_absent_fraction,
        days_with_events.known_from,
        max(per_class.missed_known_from) as missed_known_from,
        count(distinct enrolled_classes.section_key) as enrolled_class_count,
        count(distinct case
            when per_class.absent_fraction = 1 then enrolled_classes.section_key
        end)
            as missed_class_count,
        count(distinct case
            when per_class.has_unmapped_category = 1 and coalesce(per_class.absent_fraction, 0) < 1
                then enrolled_classes.section_key
        end) as unknown_class_count
    from days_with_events
    left join enrolled_classes
        on enrolled_classes.student_key = days_with_events.student_key
        and enrolled_classes.school_key = days_with_events.school_key
        and enrolled_classes.event_date = days_with_events.event_date
    left join per_class
        on per_class.student_key = days_with_events.student_key
        and per_class.section_key = enrolled_classes.section_key
        and per_class.event_date = days_with_events.event_date
    group by
        days_with_events.student_key,
        days_with_events.school_key,
        days_with_events.event_date,
        days_with_events.takes_daily_attendance,
        days_with_events.largest_absent_fraction,
        days_with_events.known_from
),

judged as (
    select
        classes_of_the_day.student_key,
        classes_of_the_day.school_key,
        classes_of_the_day.event_date,
        classes_of_the_day.takes_daily_attendance,
        classes_of_the_day.enrolled_class_count,
        classes_of_the_day.missed_class_count,
        classes_of_the_day.enrolled_class_count > 0
        and classes_of_the_day.missed_class_count = classes_of_the_day.enrolled_class_count
            as is_every_class_missed,
        -- a class was missed and nobody knows how many there were
        classes_of_the_day.enrolled_class_count = 0
        and coalesce(classes_of_the_day.largest_absent_fraction > 0, false)
            as has_no_section_enrollment,
        -- with an unmapped category the day could be a missed one
        classes_of_the_day.unknown_class_count > 0
        and classes_of_the_day.missed_class_count + classes_of_the_day.unknown_class_count
        = classes_of_the_day.enrolled_class_count as is_unknown,
        -- a missed day is known with the last of its classes
        case
            when classes_of_the_day.missed_class_count = classes_of_the_day.enrolled_class_count
                then coalesce(classes_of_the_day.missed_known_from, classes_of_the_day.known_from)
            else classes_of_the_day.known_from
        end as known_from
    from classes_of_the_day
)

select * from judged
