-- One row per student and school day of the as-of date's school year with an absence that counts,
-- or with an event whose category nobody has mapped.
with

event_verdicts as (
    select * from {{ ref('int_attendance__event_verdicts') }}
),

class_day_verdicts as (
    select * from {{ ref('int_attendance__class_day_verdicts') }}
    where school_year = {{ school_year_of(as_of_date()) }}
        and is_counted
),

of_this_year as (
    select
        event_verdicts.student_key,
        event_verdicts.event_date as absence_date,
        case when event_verdicts.is_counted then event_verdicts.absent_fraction end
            as absent_fraction,
        coalesce(event_verdicts.reason_not_counted = 'category_not_mapped', false) as is_unmapped,
        false as has_no_section_enrollment
    from event_verdicts
    where event_verdicts.school_year = {{ school_year_of(as_of_date()) }}
        and (event_verdicts.is_counted or event_verdicts.reason_not_counted = 'category_not_mapped')
    union all
    select
        class_day_verdicts.student_key,
        class_day_verdicts.event_date as absence_date,
        case when class_day_verdicts.is_every_class_missed then 1 end as absent_fraction,
        class_day_verdicts.is_unknown as is_unmapped,
        class_day_verdicts.has_no_section_enrollment
    from class_day_verdicts
),

per_day as (
    select
        of_this_year.student_key,
        of_this_year.absence_date,
        max(of_this_year.absent_fraction) as absent_fraction,
        -- a whole day missed is known, whatever else was noted on that date
        max(case when of_this_year.is_unmapped then 1 else 0 end) = 1
        and coalesce(max(of_this_year.absent_fraction), 0) < 1 as is_unknown,
        max(case when of_this_year.has_no_section_enrollment then 1 else 0 end) = 1
            as has_no_section_enrollment
    from of_this_year
    group by of_this_year.student_key, of_this_year.absence_date
)

select * from per_day
