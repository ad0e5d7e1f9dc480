-- One row per student and grading period that was over on the as-of date, at each school at which
-- the student had a day or a mark in it: what came of it.
with

periods as (
    select * from {{ ref('dim_grading_period') }}
    where end_date <= {{ as_of_date() }}
        and begin_date is not null
),

grades as (
    select * from {{ ref('fct_grades_by_period') }}
),

span_years as (
    select * from {{ ref('fct_enrollment_span_year') }}
),

attendance_days as (
    select * from {{ ref('dim_attendance_day') }}
),

submissions as (
    select * from {{ ref('fct_attendance_submission') }}
),

absence_steps as (
    select * from {{ ref('ftr_absence_step') }}
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

-- a span's days inside a period are a difference of day numbers, as everywhere in features
period_days as (
    select
        periods.grading_period_key,
        periods.begin_date,
        periods.end_date,
        attendance_days.school_key,
        attendance_days.calendar_choice,
        attendance_days.school_year,
        last_submitted.takes_daily_attendance,
        sum(
            case when attendance_days.calendar_date < periods.begin_date then 1 else 0 end
        ) as days_before_period,
        sum(
            case when attendance_days.calendar_date <= periods.end_date then 1 else 0 end
        ) as days_through_period_end,
        sum(
            case
                when attendance_days.calendar_date <= periods.end_date
                    and attendance_days.calendar_date <= last_submitted.last_submitted_date
                    then 1
                else 0
            end
        ) as days_through_period
    from periods
    inner join attendance_days
        on attendance_days.school_year = {{ school_year_of('periods.begin_date') }}
        and attendance_days.school_key = periods.school_key
    inner join last_submitted
        on last_submitted.school_key = attendance_days.school_key
        and last_submitted.school_year = attendance_days.school_year
    group by
        periods.grading_period_key,
        periods.begin_date,
        periods.end_date,
        attendance_days.school_key,
        attendance_days.calendar_choice,
        attendance_days.school_year,
        last_submitted.takes_daily_attendance
),

span_days as (
    select
        span_years.student_key,
        period_days.grading_period_key,
        span_years.school_year,
        span_years.grade_band,
        greatest(span_years.first_date, period_days.begin_date) as first_date,
        -- the last day of an open span is null, which coalesce says and least() would hide
        least(coalesce(span_years.last_date, period_days.end_date), period_days.end_date)
            as last_date,
        case
            when period_days.takes_daily_attendance or policy.section_absence_counts_as_day
                then greatest(
                        0,
                        least(span_years.days_through, period_days.days_through_period)
                        - greatest(span_years.days_before, period_days.days_before_period)
                    )
            else 0
        end as days_enrolled,
        greatest(
            0,
            least(span_years.days_through, period_days.days_through_period_end)
            - greatest(
                span_years.days_before,
                period_days.days_before_period,
                period_days.days_through_period
            )
        ) as days_not_submitted
    from span_years
    inner join policy
        on policy.grade_band = coalesce(span_years.grade_band, '*')
    inner join period_days
        on period_days.school_key = span_years.school_key
        and period_days.calendar_choice = span_years.calendar_choice
        and period_days.school_year = span_years.school_year
),

enrolled as (
    select
        span_days.student_key,
        span_days.grading_period_key,
        max(span_days.grade_band) as grade_band,
        sum(span_days.days_enrolled) as days_enrolled,
        sum(span_days.days_not_submitted) as days_not_submitted
    from span_days
    where span_days.days_enrolled > 0
    group by span_days.student_key, span_days.grading_period_key
),

-- absences of the days that were counted, so of this school alone: a date lies in one span, and
-- the school of that span decides
absent as (
    select
        span_days.student_key,
        span_days.grading_period_key,
        sum(absence_steps.days_absent) as days_absent,
        sum(absence_steps.unknown_days) + sum(absence_steps.days_without_sections) as gap_count
    from span_days
    inner join absence_steps
        on absence_steps.student_key = span_days.student_key
        and absence_steps.school_year = span_days.school_year
        and absence_steps.absence_date between span_days.first_date and span_days.last_date
    where span_days.days_enrolled > 0
    group by span_days.student_key, span_days.grading_period_key
),

students as (
    select
        enrolled.student_key,
        enrolled.grading_period_key
    from enrolled
    union
    select
        grades.student_key,
        grades.grading_period_key
    from grades
    inner join periods
        on periods.grading_period_key = grades.grading_period_key
),

measured as (
    select
        students.student_key,
        students.grading_period_key,
        enrolled.days_enrolled,
        coalesce(absent.days_absent, 0) as days_absent,
        policy.chronic_absence_pct,
        coalesce(enrolled.days_enrolled >= policy.min_enrolled_days, false)
        -- a period that the school left half without attendance is not judged by the other half
        and enrolled.days_not_submitted < policy.attendance_stale_insufficient_days
        and coalesce(absent.gap_count, 0) = 0 as is_attendance_known,
        grades.letter_mark_count,
        case when grades.letter_mark_count > 0 then grades.f_count end as known_f_count,
        coalesce({{ has_unreadable_marks('grades') }}, false) as has_unreadable_marks
    from students
    left join enrolled
        on enrolled.student_key = students.student_key
        and enrolled.grading_period_key = students.grading_period_key
    left join policy
        on policy.grade_band = coalesce(enrolled.grade_band, '*')
    left join absent
        on absent.student_key = students.student_key
        and absent.grading_period_key = students.grading_period_key
    left join grades
        on grades.student_key = students.student_key
        and grades.grading_period_key = students.grading_period_key
),

judged as (
    select
        measured.student_key,
        measured.grading_period_key,
        cast(measured.days_enrolled as integer) as days_enrolled,
        case when measured.is_attendance_known then measured.days_absent end as days_absent,
        -- beside a mark that nobody can read the count is a minimum, which is not known
        case when not measured.has_unreadable_marks then measured.known_f_count end as f_count,
        case
            when measured.known_f_count > 0 then true
            when not measured.has_unreadable_marks then measured.known_f_count > 0
        end as fails_course,
        case
            when measured.is_attendance_known
                then {{ absent_share_reaches(
                    'measured.days_absent', 'measured.days_enrolled', 'measured.chronic_absence_pct'
                ) }}
        end as becomes_chronic
    from measured
)

select * from judged
