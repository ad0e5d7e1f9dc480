-- One row per student and school year that was over on the as-of date: attendance and marks of the
-- whole year, as they were known on its last day. What came later changes nothing here, so every
-- as-of date of the next year may read it.
with

span_years as (
    select * from {{ ref('fct_enrollment_span_year') }}
    where {{ last_day_of_school_year('school_year') }} <= {{ as_of_date() }}
),

attendance_days as (
    select * from {{ ref('dim_attendance_day') }}
),

submissions as (
    select * from {{ ref('fct_attendance_submission') }}
    where known_from <= {{ last_day_of_school_year('school_year') }}
),

absence_steps as (
    select * from {{ ref('ftr_absence_step') }}
    where known_from <= {{ last_day_of_school_year('school_year') }}
),

marks as (
    select * from {{ ref('fct_course_mark_history') }}
),

policy as (
    select * from {{ ref('int_policy__by_grade_band') }}
),

last_submitted as (
    select
        submissions.school_key,
        submissions.school_year,
        submissions.takes_daily_attendance,
        max(submissions.submitted_date) as last_submitted_date
    from submissions
    group by
        submissions.school_key, submissions.school_year, submissions.takes_daily_attendance
),

year_lengths as (
    select
        attendance_days.school_key,
        attendance_days.calendar_choice,
        attendance_days.school_year,
        max(attendance_days.day_number) as days_of_year
    from attendance_days
    group by
        attendance_days.school_key, attendance_days.calendar_choice, attendance_days.school_year
),

submitted as (
    select
        attendance_days.school_key,
        attendance_days.calendar_choice,
        attendance_days.school_year,
        last_submitted.takes_daily_attendance,
        max(attendance_days.day_number) as days_submitted
    from last_submitted
    inner join attendance_days
        on attendance_days.school_key = last_submitted.school_key
        and attendance_days.school_year = last_submitted.school_year
        and attendance_days.calendar_date <= last_submitted.last_submitted_date
    group by
        attendance_days.school_key,
        attendance_days.calendar_choice,
        attendance_days.school_year,
        last_submitted.takes_daily_attendance
),

counted_spans as (
    select
        span_years.student_key,
        span_years.school_year,
        span_years.school_key,
        span_years.grade_band,
        row_number() over (
            partition by span_years.student_key, span_years.school_year
            order by span_years.entry_date desc
        ) as span_order,
        -- where nothing was submitted nothing is known of the days: null, and least() would
        -- take null for the whole span
        case
            when submitted.days_submitted is null then null
            when submitted.takes_daily_attendance or policy.section_absence_counts_as_day
                then greatest(
                        0,
                        least(span_years.days_through, submitted.days_submitted)
                        - span_years.days_before
                    )
            else 0
        end as days_enrolled,
        greatest(
            0,
            least(span_years.days_through, year_lengths.days_of_year)
            - greatest(span_years.days_before, submitted.days_submitted)
        ) as days_not_submitted
    from span_years
    inner join policy
        on policy.grade_band = coalesce(span_years.grade_band, '*')
    left join submitted
        on submitted.school_key = span_years.school_key
        and submitted.calendar_choice = span_years.calendar_choice
        and submitted.school_year = span_years.school_year
    left join year_lengths
        on year_lengths.school_key = span_years.school_key
        and year_lengths.calendar_choice = span_years.calendar_choice
        and year_lengths.school_year = span_years.school_year
),

enrolled as (
    select
        counted_spans.student_key,
        counted_spans.school_year,
        max(case when counted_spans.span_order = 1 then counted_spans.school_key end)
            as school_key,
        max(case when counted_spans.span_order = 1 then counted_spans.grade_band end)
            as grade_band,
        cast(sum(counted_spans.days_enrolled) as integer) as days_enrolled,
        max(case when counted_spans.span_order = 1 then counted_spans.days_not_submitted end)
            as days_not_submitted
    from counted_spans
    group by counted_spans.student_key, counted_spans.school_year
),

absent as (
    select
        absence_steps.student_key,
        absence_steps.school_year,
        sum(absence_steps.days_absent) as days_absent,
        sum(absence_steps.unknown_days) + sum(absence_steps.days_without_sections) as gap_count
    from absence_steps
    group by absence_steps.student_key, absence_steps.school_year
),

courses as (
    select
        marks.student_key,
        marks.period_school_year as school_year,
        marks.course_identity_key,
        max(case when marks.letter_family = 'F' then 1 else 0 end) as is_failed,
        max(case when marks.mark_kind = 'unmapped' then 1 else 0 end) as has_unreadable_mark
    from marks
    where marks.mark_kind in ('letter', 'unmapped')
        and {{ known_from('marks.period_end_date', 'marks.known_on') }}
        <= {{ last_day_of_school_year('marks.period_school_year') }}
        and (
            marks.replaced_on is null
            or marks.replaced_on > {{ last_day_of_school_year('marks.period_school_year') }}
        )
    group by marks.student_key, marks.period_school_year, marks.course_identity_key
),

failed as (
    select
        courses.student_key,
        courses.school_year,
        -- a course that may have been failed leaves the count unknown
        case
            when max(courses.has_unreadable_mark - courses.is_failed) < 1
                then cast(sum(courses.is_failed) as integer)
        end as f_count
    from courses
    group by courses.student_key, courses.school_year
),

measured as (
    select
        enrolled.student_key,
        enrolled.school_year,
        enrolled.school_key,
        enrolled.days_enrolled,
        coalesce(absent.days_absent, 0) as days_absent,
        failed.f_count,
        policy.chronic_absence_pct,
        enrolled.days_enrolled >= policy.min_enrolled_days
        -- as in the year itself: a school that stopped submitting says nothing
        and coalesce(
            enrolled.days_not_submitted < policy.attendance_stale_insufficient_days, true
        )
        and coalesce(absent.gap_count, 0) = 0 as is_attendance_known
    from enrolled
    inner join policy
        on policy.grade_band = coalesce(enrolled.grade_band, '*')
    left join absent
        on absent.student_key = enrolled.student_key
        and absent.school_year = enrolled.school_year
    left join failed
        on failed.student_key = enrolled.student_key
        and failed.school_year = enrolled.school_year
),

judged as (
    select
        measured.student_key,
        measured.school_year,
        measured.school_key,
        measured.days_enrolled,
        case when measured.is_attendance_known then measured.days_absent end as days_absent,
        case
            when measured.is_attendance_known
                then cast(measured.days_absent as numeric) / nullif(measured.days_enrolled, 0)
        end as absence_rate,
        case
            when measured.is_attendance_known
                then {{ absent_share_reaches(
                    'measured.days_absent', 'measured.days_enrolled', 'measured.chronic_absence_pct'
                ) }}
        end as is_chronically_absent,
        measured.f_count
    from measured
)

select * from judged
