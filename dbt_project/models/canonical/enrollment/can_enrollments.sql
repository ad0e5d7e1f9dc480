-- One row per enrolment: a student at a school from the first to the last day in, both included.
with

enrollments as (
    {{ union_of_sources('enrollments', {
        'enrollment_key': 'bigint',
        'student_key': 'bigint',
        'school_key': 'bigint',
        'student_id': 'text',
        'school_id': 'text',
        'school_year': 'integer',
        'calendar_code': 'text',
        'calendar_school_year': 'integer',
        'grade_level_namespace': 'text',
        'grade_level_code': 'text',
        'is_primary_school': 'boolean',
        'enrollment_type_code': 'text',
        'exit_type_code': 'text',
        'first_date': 'date',
        'last_date': 'date',
        '_load_id': 'bigint',
    }) }}
),

known_loads as (
    select * from {{ ref('stg_ops__load_known_on') }}
),

code_mappings as (
    select * from {{ ref('can_code_mappings') }}
),

grade_levels as (
    {{ codes_of_sources(ref('xwalk_grade_level'), ['grade_level_code']) }}
),

graded as (
    select
        enrollments.enrollment_key,
        enrollments.student_key,
        enrollments.school_key,
        enrollments.student_id,
        enrollments.school_id,
        enrollments.school_year,
        enrollments.calendar_code,
        {{ key_text('calendars', 'enrollments.calendar_code') }} as compared_calendar_code,
        enrollments.calendar_school_year,
        enrollments.grade_level_code,
        -- what the source says a code stands for comes before the code itself
        case
            when mapped.grade_level_code is not null then mapped.grade_level
            else own.grade_level
        end as grade_level,
        case
            when mapped.grade_level_code is not null then mapped.grade_band
            else own.grade_band
        end as grade_band,
        enrollments.grade_level_code is not null
        and mapped.grade_level_code is null
        and own.grade_level_code is null as is_grade_level_unmapped,
        enrollments.is_primary_school,
        enrollments.enrollment_type_code,
        enrollments.exit_type_code,
        enrollments.first_date,
        enrollments.last_date,
        known_loads.known_on,
        enrollments.source_system,
        enrollments.source_instance
    from enrollments
    left join known_loads
        on known_loads.load_id = enrollments._load_id
    left join code_mappings
        on code_mappings.source_system = enrollments.source_system
        and code_mappings.source_instance = enrollments.source_instance
        and code_mappings.descriptor_namespace = enrollments.grade_level_namespace
        and code_mappings.code = enrollments.grade_level_code
    left join grade_levels as mapped
        on mapped.code_source = enrollments.source_system
        and mapped.grade_level_code = code_mappings.mapped_code
    left join grade_levels as own
        on own.code_source = enrollments.source_system
        and own.grade_level_code = enrollments.grade_level_code
),

ended as (
    select
        enrollment_key,
        student_key,
        school_key,
        student_id,
        school_id,
        school_year,
        calendar_code,
        compared_calendar_code,
        calendar_school_year,
        grade_level_code,
        grade_level,
        grade_band,
        is_grade_level_unmapped,
        is_primary_school,
        enrollment_type_code,
        exit_type_code,
        first_date,
        -- an enrolment left open at rollover must not outlast the school year it names, or it would
        -- outrank the next year's as the earlier entry
        coalesce(
            last_date,
            {{ last_day_of_school_year('coalesce(school_year, calendar_school_year)') }}
        ) as last_date,
        last_date is null
        and coalesce(school_year, calendar_school_year) is not null as is_last_date_assumed,
        known_on,
        source_system,
        source_instance
    from graded
),

checked as (
    select
        enrollment_key,
        student_key,
        school_key,
        student_id,
        school_id,
        school_year,
        calendar_code,
        compared_calendar_code,
        calendar_school_year,
        grade_level_code,
        grade_level,
        grade_band,
        is_grade_level_unmapped,
        is_primary_school,
        enrollment_type_code,
        exit_type_code,
        first_date,
        last_date,
        is_last_date_assumed,
        -- a student who left before the first day was never there
        coalesce(last_date < first_date, false) as is_no_show,
        first_date is not null and coalesce(last_date >= first_date, true) as has_days,
        known_on,
        source_system,
        source_instance
    from ended
)

select * from checked
