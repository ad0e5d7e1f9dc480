-- One row per enrolment: student, school and entry date.
with

student_school_associations as (
    {{ current_rows(source('edfi', 'student_school_associations')) }}
),

renamed as (
    select
        {{ json_text('payload', ['studentReference', 'studentUniqueId']) }} as student_id,
        {{ json_text('payload', ['schoolReference', 'schoolId']) }} as school_id,
        cast({{ safe_numeric(
            json_text('payload', ['schoolYearTypeReference', 'schoolYear'])
        ) }} as integer) as school_year,
        {{ json_text('payload', ['calendarReference', 'calendarCode']) }} as calendar_code,
        cast({{ safe_numeric(
            json_text('payload', ['calendarReference', 'schoolYear'])
        ) }} as integer) as calendar_school_year,
        {{ descriptor_namespace(json_text('payload', ['entryGradeLevelDescriptor'])) }}
            as grade_level_namespace,
        {{ descriptor_code(json_text('payload', ['entryGradeLevelDescriptor'])) }}
            as grade_level_code,
        lower({{ json_text('payload', ['primarySchool']) }}) = 'true' as is_primary_school,
        {{ descriptor_code(json_text('payload', ['enrollmentTypeDescriptor'])) }}
            as enrollment_type_code,
        {{ descriptor_code(json_text('payload', ['exitWithdrawTypeDescriptor'])) }}
            as exit_type_code,
        {{ safe_date(json_text('payload', ['entryDate'])) }} as first_date,
        {{ safe_date(json_text('payload', ['exitWithdrawDate'])) }} as last_date,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from student_school_associations
),

numbered as (
    select
        {{ surrogate_key(
            ['student_id', 'school_id', 'coalesce(cast(first_date as text), _record_key)']
        ) }} as enrollment_key,
        {{ natural_key('students', ['student_id']) }} as student_key,
        {{ surrogate_key(['school_id']) }} as school_key,
        student_id,
        school_id,
        school_year,
        calendar_code,
        calendar_school_year,
        grade_level_namespace,
        grade_level_code,
        is_primary_school,
        enrollment_type_code,
        exit_type_code,
        first_date,
        {% if var('edfi_exit_date') == 'exclusive' -%}
            {{ days_before(1, 'last_date') }} as last_date,
        {%- else -%}
            last_date,
        {%- endif %}
        _record_key,
        _load_id,
        _loaded_at,
        -- the newest version of a natural key wins; the record key breaks a tie
        row_number() over (
            partition by
                student_id,
                school_id,
                coalesce(cast(first_date as text), _record_key)
            order by _load_id desc, _loaded_at desc, _record_key
        ) as version_number
    from renamed
),

newest as (
    select
        enrollment_key,
        student_key,
        school_key,
        student_id,
        school_id,
        school_year,
        calendar_code,
        calendar_school_year,
        grade_level_namespace,
        grade_level_code,
        is_primary_school,
        enrollment_type_code,
        exit_type_code,
        first_date,
        last_date,
        _record_key,
        _load_id,
        _loaded_at
    from numbered
    where version_number = 1
)

select * from newest
