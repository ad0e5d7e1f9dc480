-- One row per enrolment: student, school and entry date.
{%- set exit_date = safe_date(json_text('payload', ['exitWithdrawDate'])) %}
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
        {{ days_before(1, exit_date) if var('edfi_exit_date') == 'exclusive' else exit_date }}
            as last_date,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from student_school_associations
),

newest as (
    {{ newest_version('renamed', [
        'student_id', 'school_id', 'coalesce(cast(first_date as text), _record_key)',
    ], {
        'enrollment_key': surrogate_key([
            'student_id', 'school_id', 'coalesce(cast(first_date as text), _record_key)',
        ]),
        'student_key': natural_key('students', ['student_id']),
        'school_key': surrogate_key(['school_id']),
    }) }}
)

select * from newest
