{{ config(severity='warn', tags=['across_layers'], meta={'owner': 'academics'}) }}
-- What it finds: a subject code of a learning standard without a row in the crosswalk of subjects.
-- When it matters: the standard stands under the subject `unmapped`.
-- How to resolve: add a row for the code to seeds/xwalk/xwalk_academic_subjects.csv, with the
--   district's code, or with * when it means the same everywhere.
with

learning_standards as (
    select * from {{ ref('stg_edfi__learning_standards') }}
),

crosswalk as (
    {{ district_rows(ref('xwalk_academic_subjects'), ['academic_subject_code']) }}
),

unmapped as (
    select
        learning_standards.academic_subject_code,
        count(*) as row_count
    from learning_standards
    left join crosswalk
        on crosswalk.academic_subject_code = learning_standards.academic_subject_code
    where learning_standards.academic_subject_code is not null
        and crosswalk.academic_subject_code is null
    group by learning_standards.academic_subject_code
)

select * from unmapped
