-- One row per student with an enrolment in the as-of date's school year: days enrolled and absent.
with

countable_spans as (
    select * from {{ ref('int_attendance__countable_spans') }}
),

span_days as (
    select * from {{ ref('int_attendance__span_days') }}
),

daily_absence as (
    select * from {{ ref('int_attendance__daily_absence') }}
),

measured_spans as (
    select
        countable_spans.student_key,
        countable_spans.school_year,
        countable_spans.has_calendar,
        countable_spans.last_submitted_date,
        span_days.day_count,
        span_days.day_count_30d,
        span_days.day_count_90d,
        span_days.first_day,
        span_days.last_day,
        coalesce(span_days.days_not_submitted, 0) as days_not_submitted,
        row_number() over (
            partition by countable_spans.student_key order by countable_spans.first_date desc
        ) as latest_first
    from countable_spans
    left join span_days
        on span_days.school_key = countable_spans.school_key
        and span_days.calendar_choice = countable_spans.calendar_choice
        and span_days.school_year = countable_spans.school_year
        and span_days.first_date = countable_spans.first_date
        and span_days.counted_to_date is not distinct from countable_spans.counted_to_date
        and span_days.expected_to_date = countable_spans.expected_to_date
),

days_per_student as (
    select
        measured_spans.student_key,
        measured_spans.school_year,
        sum(case when measured_spans.has_calendar then 1 else 0 end) as span_count_with_calendar,
        sum(case when measured_spans.has_calendar then 0 else 1 end)
            as span_count_without_calendar,
        sum(
            case
                when measured_spans.has_calendar and measured_spans.last_submitted_date is null
                    then 1
                else 0
            end
        ) as span_count_without_submission,
        coalesce(sum(measured_spans.day_count), 0) as days_enrolled,
        coalesce(sum(measured_spans.day_count_30d), 0) as days_enrolled_30d,
        coalesce(sum(measured_spans.day_count_90d), 0) as days_enrolled_90d,
        min(measured_spans.first_day) as window_start_date,
        max(measured_spans.last_day) as window_end_date,
        max(case when measured_spans.latest_first = 1 then measured_spans.last_submitted_date end)
            as last_submitted_date,
        -- where the student is now; a hole at a school before is another matter
        max(case when measured_spans.latest_first = 1 then measured_spans.days_not_submitted end)
            as days_not_submitted,
        max(case when measured_spans.latest_first > 1 then measured_spans.days_not_submitted end)
            as days_not_submitted_before
    from measured_spans
    group by measured_spans.student_key, measured_spans.school_year
),

absence_per_student as (
    select
        daily_absence.student_key,
        sum(daily_absence.absent_fraction) as days_absent,
        sum(
            case
                when daily_absence.absence_date > {{ days_before(30, as_of_date()) }}
                    then daily_absence.absent_fraction
            end
        ) as days_absent_30d,
        sum(
            case
                when daily_absence.absence_date > {{ days_before(90, as_of_date()) }}
                    then daily_absence.absent_fraction
            end
        ) as days_absent_90d,
        max(case when daily_absence.is_unknown then 1 else 0 end) as has_unmapped_category,
        max(case when daily_absence.has_no_section_enrollment then 1 else 0 end)
            as has_no_section_enrollment
    from daily_absence
    group by daily_absence.student_key
),

joined as (
    select
        days_per_student.student_key,
        days_per_student.school_year,
        days_per_student.span_count_with_calendar,
        days_per_student.span_count_without_calendar,
        days_per_student.span_count_without_submission,
        days_per_student.days_enrolled,
        days_per_student.days_enrolled_30d,
        days_per_student.days_enrolled_90d,
        days_per_student.window_start_date,
        days_per_student.window_end_date,
        days_per_student.last_submitted_date,
        days_per_student.days_not_submitted,
        days_per_student.days_not_submitted_before,
        -- schools send exceptions only: no event on an enrolled day means present
        coalesce(absence_per_student.days_absent, 0) as days_absent,
        coalesce(absence_per_student.days_absent_30d, 0) as days_absent_30d,
        coalesce(absence_per_student.days_absent_90d, 0) as days_absent_90d,
        coalesce(absence_per_student.has_unmapped_category = 1, false) as has_unmapped_category,
        coalesce(absence_per_student.has_no_section_enrollment = 1, false)
            as has_no_section_enrollment
    from days_per_student
    left join absence_per_student
        on absence_per_student.student_key = days_per_student.student_key
)

select * from joined
