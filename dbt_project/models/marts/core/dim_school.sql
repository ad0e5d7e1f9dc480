-- One row per school.
with

schools as (
    select * from {{ ref('can_schools') }}
),

attendance_days as (
    select * from {{ ref('int_calendar__attendance_days') }}
),

schools_with_calendar as (
    select distinct attendance_days.school_key
    from attendance_days
    where attendance_days.school_year = {{ school_year_of(as_of_date()) }}
        -- one student's own calendar is no calendar of the school
        and attendance_days.calendar_choice = '*'
),

described as (
    select
        schools.school_key,
        schools.school_id,
        schools.school_name,
        schools.school_short_name,
        schools.school_category_code,
        schools.school_type_code,
        schools.operational_status_code,
        schools.district_id,
        schools.district_name,
        schools_with_calendar.school_key is not null as has_calendar
    from schools
    left join schools_with_calendar
        on schools_with_calendar.school_key = schools.school_key
)

select * from described
