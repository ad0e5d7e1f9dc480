-- One row per course of the district's catalogue.
with

courses as (
    {{ current_rows(source('powerschool', 'courses')) }}
),

schools as (
    {{ current_rows(source('powerschool', 'schools')) }}
),

-- the catalogue is the district's; some of the schools, the graduates' for one, may name none
district as (
    select max({{ json_text('payload', ['district_number']) }}) as district_id
    from schools
    where {{ json_text('payload', ['school_number']) }} != '999999'
),

renamed as (
    select
        district.district_id as education_organization_id,
        {{ json_text('courses.payload', ['course_number']) }} as course_code,
        {{ json_text('courses.payload', ['course_name']) }} as course_title,
        lower(coalesce(
            {{ json_text('courses.payload', ['sched_coursesubjectareacode']) }},
            {{ json_text('courses.payload', ['credittype']) }}
        )) as academic_subject_code,
        case {{ json_text('courses.payload', ['excludefromgpa']) }}
            when '0' then 'applicable'
            when '1' then 'not applicable'
        end as gpa_applicability_code,
        {{ safe_numeric(json_text('courses.payload', ['credit_hours'])) }}
            as maximum_available_credits,
        {{ json_text('courses.payload', ['gradescaleid']) }} as grade_scale_id,
        courses.record_key as _record_key,
        courses.load_id as _load_id,
        courses.loaded_at as _loaded_at
    from courses
    cross join district
    where {{ json_text('courses.payload', ['course_number']) }} is not null
),

newest as (
    {{ newest_version('renamed', ['education_organization_id', 'course_code'], {
        'course_key': natural_key('courses', ['education_organization_id', 'course_code']),
    }) }}
)

select * from newest
