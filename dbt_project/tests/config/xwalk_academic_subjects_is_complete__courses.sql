{{ config(severity='warn', tags=['across_layers'], meta={'owner': 'academics'}) }}
-- What it finds: a subject code of a course without a row in the crosswalk of subjects.
-- When it matters: the course stands under the subject `unmapped`.
-- How to resolve: add a row for the code to seeds/xwalk/xwalk_academic_subjects.csv, with the
--   district's code, or with * when it means the same everywhere.
with

courses as (
    select * from {{ ref('stg_edfi__courses') }}
),

crosswalk as (
    {{ district_rows(ref('xwalk_academic_subjects'), ['academic_subject_code']) }}
),

unmapped as (
    select
        courses.academic_subject_code,
        count(*) as row_count
    from courses
    left join crosswalk
        on crosswalk.academic_subject_code = courses.academic_subject_code
    where courses.academic_subject_code is not null
        and crosswalk.academic_subject_code is null
    group by courses.academic_subject_code
)

select * from unmapped
