-- One row per MAP Growth test, whichever export holds it: where both do (same student, test
-- name, start date and time), AssessmentResults counts and the row of the combined export only
-- lends the student's name, birth date and grade. The second attribute comes from
-- StudentsBySchool first.
{%- set shared_columns = [
    'term_name', 'school_name', 'student_id', 'student_state_id', 'course',
    'norms_reference_data', 'test_name', 'administered_on', 'test_start_time',
    'test_rit_score_text', 'test_percentile_text', 'test_rit_score', 'test_percentile',
    'test_standard_error', 'achievement_quintile', 'lexile_text', 'quantile_text',
    'fall_to_fall_growth_percentile', 'fall_to_winter_growth_percentile',
    'fall_to_spring_growth_percentile', 'winter_to_winter_growth_percentile',
    'winter_to_spring_growth_percentile', 'spring_to_spring_growth_percentile',
] %}
{%- for number in range(1, 9) %}
    {%- for part in ['name', 'rit_score_text', 'rit_score', 'adjective'] %}
        {%- do shared_columns.append('goal_' ~ number ~ '_' ~ part) %}
    {%- endfor %}
{%- endfor %}
with

assessment_results as (
    select * from {{ ref('stg_map_growth__assessment_results') }}
),

combined as (
    select * from {{ ref('stg_map_growth__combined') }}
),

students_by_school as (
    select * from {{ ref('stg_map_growth__students_by_school') }}
),

roster as (
    select
        students_by_school.term_name,
        students_by_school.school_name,
        students_by_school.student_id,
        students_by_school.first_name,
        students_by_school.last_name,
        students_by_school.test_grade_code,
        students_by_school.birth_date,
        students_by_school._loaded_at,
        -- a row of the test's own school first; else any school of the term, decided by the key
        row_number() over (
            partition by students_by_school.term_name, students_by_school.student_id
            order by students_by_school.school_name
        ) as place_number
    from students_by_school
),

twins as (
    select
        assessment_results.result_id,
        combined.result_id as combined_result_id,
        combined.first_name,
        combined.last_name,
        combined.birth_date,
        combined.test_grade_code,
        row_number() over (
            partition by assessment_results.result_id order by combined.result_id
        ) as twin_number
    from assessment_results
    inner join combined
        on combined.student_id = assessment_results.student_id
        and combined.test_name = assessment_results.test_name
        and combined.administered_on = assessment_results.administered_on
        and coalesce(combined.test_start_time, '')
        = coalesce(assessment_results.test_start_time, '')
),

from_assessment_results as (
    select
        assessment_results.feed,
        assessment_results.result_id,
        assessment_results.source_instance,
        assessment_results.is_growth_measure,
        coalesce(own_school.first_name, any_school.first_name, twins.first_name) as first_name,
        coalesce(own_school.last_name, any_school.last_name, twins.last_name) as last_name,
        coalesce(own_school.birth_date, any_school.birth_date, twins.birth_date) as birth_date,
        coalesce(own_school.test_grade_code, any_school.test_grade_code, twins.test_grade_code)
            as test_grade_code,
        {%- for column in shared_columns %}
            assessment_results.{{ column }},
        {%- endfor %}
        assessment_results._source_ref,
        assessment_results._load_id,
        assessment_results._loaded_at
    from assessment_results
    left join students_by_school as own_school
        on own_school.student_id = assessment_results.student_id
        and own_school.term_name = assessment_results.term_name
        and own_school.school_name = assessment_results.school_name
    left join roster as any_school
        on any_school.student_id = assessment_results.student_id
        and any_school.term_name = assessment_results.term_name
        and any_school.place_number = 1
    left join twins
        on twins.result_id = assessment_results.result_id
        and twins.twin_number = 1
),

from_combined as (
    select
        combined.feed,
        combined.result_id,
        combined.source_instance,
        combined.is_growth_measure,
        combined.first_name,
        combined.last_name,
        combined.birth_date,
        combined.test_grade_code,
        {%- for column in shared_columns %}
            combined.{{ column }},
        {%- endfor %}
        combined._source_ref,
        combined._load_id,
        combined._loaded_at
    from combined
    left join twins
        on twins.combined_result_id = combined.result_id
    where twins.combined_result_id is null
),

tests as (
    select * from from_assessment_results
    union all
    select * from from_combined
)

select * from tests
