-- One row per result of a student, in the shape that every source of results shares.
with

student_assessments as (
    select * from {{ ref('stg_edfi__student_assessments') }}
),

assessments as (
    select * from {{ ref('stg_edfi__assessments') }}
),

levels as (
    select * from {{ ref('stg_edfi__student_assessment_levels') }}
    where objective_code = ''
),

one_level as (
    select
        levels.result_id,
        levels.level_code,
        row_number() over (
            partition by levels.result_id order by levels.method_code
        ) as level_number
    from levels
),

circumstances as (
    {{ codes_of_sources(ref('xwalk_assessment_circumstances'), ['circumstance_code'], ['edfi']) }}
),

canonical as (
    select
        'edfi' as source,
        'student_assessments' as feed,
        student_assessments.result_id,
        student_assessments.source_instance,
        student_assessments.assessment_identifier,
        coalesce(assessments.assessment_title, student_assessments.assessment_identifier)
            as assessment_title,
        assessments.assessment_family,
        assessments.subject_codes as subject_code,
        student_assessments.language_code,
        coalesce(
            student_assessments.reported_school_year,
            {{ school_year_of('student_assessments.administered_on') }}
        ) as school_year,
        student_assessments.assessment_period_code as window_name,
        student_assessments.test_grade_code,
        student_assessments.administered_on,
        student_assessments.test_time,
        cast(null as {{ dbt.type_string() }}) as norm_set,
        one_level.level_code as performance_level_code,
        case
            when student_assessments.reason_not_tested_code is not null then 'not_tested'
            when circumstances.is_invalid then 'invalid_circumstance'
        end as source_invalid_reason,
        false as is_superseded,
        student_assessments._source_ref,
        student_assessments._load_id,
        student_assessments._loaded_at
    from student_assessments
    left join assessments
        on {{ key_text('assessments', 'assessments.assessment_identifier') }}
        = {{ key_text('assessments', 'student_assessments.assessment_identifier') }}
        and {{ key_text('assessments', 'assessments.namespace') }}
        = {{ key_text('assessments', 'student_assessments.namespace') }}
    left join one_level
        on one_level.result_id = student_assessments.result_id
        and one_level.level_number = 1
    left join circumstances
        on circumstances.circumstance_code = student_assessments.event_circumstance_code
)

select * from canonical
