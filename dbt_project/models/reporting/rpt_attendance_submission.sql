-- One row per school with enrolled students and a calendar that has begun: the last day for which
-- it has submitted attendance, how many school days ago that is, and whether that is still in time.
with

schools as (
    select * from {{ ref('dim_school') }}
),

students as (
    select * from {{ ref('dim_student') }}
    where enrollment_status = 'enrolled'
),

attendance_days as (
    select * from {{ ref('dim_attendance_day') }}
    where school_year = {{ school_year_of(as_of_date()) }}
        and calendar_date <= {{ as_of_date() }}
        -- the calendar of enrolments that name none: all school days of the school
        and calendar_choice = '*'
),

submissions as (
    select * from {{ ref('fct_attendance_submission') }}
    where school_year = {{ school_year_of(as_of_date()) }}
),

-- schools have no grade band: the district's own numbers
policy as (
    select * from {{ ref('int_policy__by_grade_band') }}
    where grade_band = '*'
),

enrolled as (
    select
        students.school_key,
        count(*) as student_count
    from students
    group by students.school_key
),

last_submitted as (
    select
        submissions.school_key,
        submissions.takes_daily_attendance,
        max(submissions.submitted_date) as last_submitted_date
    from submissions
    group by submissions.school_key, submissions.takes_daily_attendance
),

counted as (
    select
        schools.school_id,
        schools.school_name,
        enrolled.student_count,
        last_submitted.takes_daily_attendance,
        last_submitted.last_submitted_date,
        sum(
            case
                when attendance_days.calendar_date <= last_submitted.last_submitted_date then 0
                else 1
            end
        ) as days_not_submitted
    from enrolled
    inner join schools
        on schools.school_key = enrolled.school_key
    inner join attendance_days
        on attendance_days.school_key = enrolled.school_key
    left join last_submitted
        on last_submitted.school_key = enrolled.school_key
    group by
        schools.school_id,
        schools.school_name,
        enrolled.student_count,
        last_submitted.takes_daily_attendance,
        last_submitted.last_submitted_date
),

judged as (
    select
        counted.school_id,
        counted.school_name,
        cast(counted.student_count as integer) as student_count,
        counted.takes_daily_attendance,
        counted.last_submitted_date,
        cast(counted.days_not_submitted as integer) as days_not_submitted,
        case
            when counted.days_not_submitted >= policy.attendance_stale_insufficient_days
                then 'stopped'
            when counted.days_not_submitted >= policy.attendance_stale_warn_days then 'late'
            else 'in_time'
        end as submission_status,
        {{ as_of_date() }} as as_of_date
    from counted
    cross join policy
)

select * from judged
