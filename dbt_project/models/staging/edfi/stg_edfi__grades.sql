-- One row per student section, grading period and mark kind.
with

grades as (
    {{ current_rows(source('edfi', 'grades')) }}
),

renamed as (
    select
        {{ json_text('payload', ['studentSectionAssociationReference', 'studentUniqueId']) }}
            as student_id,
        {{ json_text('payload', ['studentSectionAssociationReference', 'schoolId']) }} as school_id,
        cast(
            {{ safe_numeric(
                json_text('payload', ['studentSectionAssociationReference', 'schoolYear'])
            ) }}
            as integer
        ) as school_year,
        {{ json_text('payload', ['studentSectionAssociationReference', 'sessionName']) }}
            as session_name,
        {{ json_text('payload', ['studentSectionAssociationReference', 'localCourseCode']) }}
            as local_course_code,
        {{ json_text('payload', ['studentSectionAssociationReference', 'sectionIdentifier']) }}
            as section_identifier,
        {{ safe_date(json_text('payload', ['studentSectionAssociationReference', 'beginDate'])) }}
            as section_begin_date,
        {{ json_text('payload', ['gradingPeriodReference', 'schoolId']) }} as period_school_id,
        cast(
            {{ safe_numeric(json_text('payload', ['gradingPeriodReference', 'schoolYear'])) }}
            as integer
        ) as period_school_year,
        {{ edfi_grading_period_name('gradingPeriodReference') }} as grading_period_name,
        {{ descriptor_namespace(json_text('payload', ['gradeTypeDescriptor'])) }}
            as grade_type_namespace,
        {{ descriptor_code(json_text('payload', ['gradeTypeDescriptor'])) }} as grade_type_code,
        upper({{ plain_minus(json_text('payload', ['letterGradeEarned'])) }}) as letter_grade,
        {{ safe_numeric(json_text('payload', ['numericGradeEarned'])) }} as numeric_grade,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from grades
),

newest as (
    {{ newest_version('renamed', [
        'student_id', 'school_id', 'school_year', 'session_name', 'local_course_code',
        'section_identifier', 'section_begin_date', 'period_school_id', 'period_school_year',
        'grading_period_name', 'grade_type_code',
    ], {
        'local_course_key': natural_key('course_offerings', ['school_id', 'local_course_code']),
        'student_key': natural_key('students', ['student_id']),
        'section_key': natural_key('sections', [
            'school_id', 'school_year', 'session_name', 'local_course_code',
            'section_identifier',
        ]),
        'school_key': surrogate_key(['school_id']),
        'grading_period_key': natural_key('grading_periods', [
            'period_school_id', 'period_school_year', 'grading_period_name',
        ]),
    }) }}
)

select * from newest
