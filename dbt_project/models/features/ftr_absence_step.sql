-- One row per student, school day and date since when something more was known of the absence on
-- it. Sums over these steps give the days absent as they were known on any date.
with

events as (
    select * from {{ ref('fct_attendance_event') }}
),

class_days as (
    select * from {{ ref('fct_class_day') }}
),

reported as (
    select
        events.student_key,
        events.school_year,
        events.event_date as absence_date,
        {{ known_from('events.event_date', 'events.known_on') }} as known_from,
        case
            when events.reason_not_counted = 'category_not_mapped' then null
            else events.absent_fraction
        end as absent_fraction,
        events.is_excused,
        coalesce(events.reason_not_counted = 'category_not_mapped', false) as is_unmapped,
        false as has_no_section_enrollment
    from events
    -- of one date the largest share counts: which one that is depends on what is known
    where events.is_counted
        or events.reason_not_counted in (
            'larger_or_same_absence_of_the_date_counts', 'category_not_mapped'
        )
    union all
    select
        class_days.student_key,
        class_days.school_year,
        class_days.event_date as absence_date,
        class_days.known_from,
        case when class_days.is_every_class_missed then 1 end as absent_fraction,
        null as is_excused,
        class_days.is_unknown as is_unmapped,
        class_days.has_no_section_enrollment
    from class_days
    where not class_days.takes_daily_attendance
),

ordered as (
    select
        reported.student_key,
        reported.school_year,
        reported.absence_date,
        reported.known_from,
        reported.absent_fraction,
        reported.is_excused,
        coalesce(
            max(reported.absent_fraction) over (
                partition by reported.student_key, reported.absence_date
                order by
                    reported.known_from,
                    case when reported.absent_fraction is null then 1 else 0 end,
                    reported.absent_fraction desc,
                    case when reported.is_excused then 0 else 1 end
                rows between unbounded preceding and 1 preceding
            ), 0
        ) as fraction_before
    from reported
),

increments as (
    select
        ordered.student_key,
        ordered.school_year,
        ordered.absence_date,
        ordered.known_from,
        ordered.absent_fraction - ordered.fraction_before as days_absent,
        case
            when ordered.is_excused is not null
                then ordered.absent_fraction - ordered.fraction_before
            else 0
        end as days_excuse_known,
        case
            when not ordered.is_excused then ordered.absent_fraction - ordered.fraction_before
            else 0
        end as days_unexcused,
        0 as unknown_days,
        0 as days_without_sections
    from ordered
    where ordered.absent_fraction > ordered.fraction_before
),

unclear as (
    select
        reported.student_key,
        reported.school_year,
        reported.absence_date,
        min(case when reported.is_unmapped then reported.known_from end) as unmapped_from,
        min(case when reported.absent_fraction = 1 then reported.known_from end)
            as whole_day_from,
        min(case when reported.has_no_section_enrollment then reported.known_from end)
            as no_section_from
    from reported
    group by reported.student_key, reported.school_year, reported.absence_date
),

gaps as (
    select
        unclear.student_key,
        unclear.school_year,
        unclear.absence_date,
        unclear.unmapped_from as known_from,
        1 as unknown_days,
        0 as days_without_sections
    from unclear
    where unclear.unmapped_from is not null
        and coalesce(unclear.whole_day_from > unclear.unmapped_from, true)
    union all
    -- a whole day missed is known, whatever else was noted on that date
    select
        unclear.student_key,
        unclear.school_year,
        unclear.absence_date,
        unclear.whole_day_from as known_from,
        -1 as unknown_days,
        0 as days_without_sections
    from unclear
    where unclear.whole_day_from > unclear.unmapped_from
    union all
    select
        unclear.student_key,
        unclear.school_year,
        unclear.absence_date,
        unclear.no_section_from as known_from,
        0 as unknown_days,
        1 as days_without_sections
    from unclear
    where unclear.no_section_from is not null
),

-- beside daily attendance a day of missed classes counts until a daily event is known
beside_daily as (
    select
        class_days.student_key,
        class_days.school_year,
        class_days.event_date as absence_date,
        class_days.counted_from as known_from,
        1 as days_absent
    from class_days
    where class_days.takes_daily_attendance
        and class_days.counted_from is not null
    union all
    select
        class_days.student_key,
        class_days.school_year,
        class_days.event_date as absence_date,
        class_days.counted_until as known_from,
        -1 as days_absent
    from class_days
    where class_days.takes_daily_attendance
        and class_days.counted_from < class_days.counted_until
),

steps as (
    select * from increments
    union all
    select
        beside_daily.student_key,
        beside_daily.school_year,
        beside_daily.absence_date,
        beside_daily.known_from,
        beside_daily.days_absent,
        0 as days_excuse_known,
        0 as days_unexcused,
        0 as unknown_days,
        0 as days_without_sections
    from beside_daily
    union all
    select
        gaps.student_key,
        gaps.school_year,
        gaps.absence_date,
        gaps.known_from,
        0 as days_absent,
        0 as days_excuse_known,
        0 as days_unexcused,
        gaps.unknown_days,
        gaps.days_without_sections
    from gaps
),

per_date as (
    select
        steps.student_key,
        steps.school_year,
        steps.absence_date,
        steps.known_from,
        sum(steps.days_absent) as days_absent,
        sum(steps.days_excuse_known) as days_excuse_known,
        sum(steps.days_unexcused) as days_unexcused,
        cast(sum(steps.unknown_days) as integer) as unknown_days,
        cast(sum(steps.days_without_sections) as integer) as days_without_sections
    from steps
    group by steps.student_key, steps.school_year, steps.absence_date, steps.known_from
)

select * from per_date
