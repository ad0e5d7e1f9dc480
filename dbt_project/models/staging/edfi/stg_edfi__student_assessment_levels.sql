-- One row per result, part of the test and reporting method with a performance level;
-- `objective_code` is empty for the level of the whole test.
with

student_assessments as (
    {{ current_rows(source('edfi', 'student_assessments')) }}
),

results as (
    select * from {{ ref('stg_edfi__student_assessments') }}
),

-- the lists of the versions that hold
listed as (
    select
        results.result_id,
        student_assessments.payload
    from results
    inner join student_assessments
        on student_assessments.record_key = results.result_id
),

whole_test as (
    select
        listed.result_id,
        '' as objective_code,
        {{ descriptor_code(json_text('level.item', 'assessmentReportingMethodDescriptor')) }}
            as method_code,
        {{ descriptor_code(json_text('level.item', 'performanceLevelDescriptor')) }} as level_code,
        level.position
    from listed
    cross join lateral {{ json_list('listed.payload', 'performanceLevels') }} as level
),

parts as (
    select
        listed.result_id,
        {{ json_text('objective.item', ['objectiveAssessmentReference', 'identificationCode']) }}
            as objective_code,
        {{ descriptor_code(json_text('level.item', 'assessmentReportingMethodDescriptor')) }}
            as method_code,
        {{ descriptor_code(json_text('level.item', 'performanceLevelDescriptor')) }} as level_code,
        level.position
    from listed
    cross join lateral {{ json_list(
        'listed.payload', 'studentObjectiveAssessments'
    ) }} as objective
    cross join lateral {{ json_list('objective.item', 'performanceLevels') }} as level
),

unioned as (
    select * from whole_test
    union all
    select * from parts
),

numbered as (
    select
        unioned.result_id,
        unioned.objective_code,
        unioned.method_code,
        unioned.level_code,
        row_number() over (
            partition by unioned.result_id, unioned.objective_code, unioned.method_code
            order by unioned.position
        ) as repeat_number
    from unioned
    where unioned.level_code is not null
        and unioned.objective_code is not null
        and unioned.method_code is not null
),

once as (
    select
        numbered.result_id,
        numbered.objective_code,
        numbered.method_code,
        numbered.level_code
    from numbered
    where numbered.repeat_number = 1
)

select * from once
