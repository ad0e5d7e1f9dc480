-- One row per academic record and listed grade point average.
with

student_academic_records as (
    {{ current_rows(source('edfi', 'student_academic_records')) }}
),

renamed as (
    select
        {{ json_text('student_academic_records.payload', ['studentReference', 'studentUniqueId']) }}
            as student_id,
        {{ json_text(
            'student_academic_records.payload',
            ['educationOrganizationReference', 'educationOrganizationId']
        ) }}
            as education_organization_id,
        cast(
            {{ safe_numeric(
                json_text(
                    'student_academic_records.payload', ['schoolYearTypeReference', 'schoolYear']
                )
            ) }}
            as integer
        ) as school_year,
        {{ descriptor_code(json_text('student_academic_records.payload', ['termDescriptor'])) }}
            as term_code,
        {{ descriptor_code(json_text('listed.item', ['gradePointAverageTypeDescriptor'])) }}
            as gpa_type_code,
        {{ safe_numeric(json_text('listed.item', ['gradePointAverageValue'])) }} as gpa_value,
        lower({{ json_text('listed.item', ['isCumulative']) }}) = 'true' as is_cumulative,
        {{ safe_numeric(json_text('listed.item', ['maxGradePointAverageValue'])) }}
            as max_gpa_value,
        student_academic_records.record_key as _record_key,
        student_academic_records.load_id as _load_id,
        student_academic_records.loaded_at as _loaded_at
    from student_academic_records
    cross join lateral {{ json_list('student_academic_records.payload', ['gradePointAverages']) }}
        as listed
),

newest as (
    {{ newest_version('renamed', [
        'student_id', 'education_organization_id', 'school_year', 'term_code', 'gpa_type_code',
    ], {
        'student_key': natural_key('students', ['student_id']),
    }) }}
)

select * from newest
