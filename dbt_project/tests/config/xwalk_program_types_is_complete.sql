{{ config(severity='warn', tags=['across_layers'], meta={'owner': 'student-services'}) }}
-- What it finds: a program type, of an association without a kind of its own, without a row in the
--   crosswalk of program types.
-- When it matters: the participation stands under the program type `unmapped`.
-- How to resolve: add a row for the code to seeds/xwalk/xwalk_program_types.csv, with the
--   district's code, or with * when it means the same everywhere.
with

student_programs as (
    select * from {{ ref('stg_edfi__program_participations') }}
),

crosswalk as (
    {{ district_rows(ref('xwalk_program_types'), ['program_type_code']) }}
),

unmapped as (
    select
        student_programs.program_type_code,
        count(*) as row_count
    from student_programs
    left join crosswalk
        on crosswalk.program_type_code = student_programs.program_type_code
    where student_programs.program_type_code is not null
        and crosswalk.program_type_code is null
    group by student_programs.program_type_code
)

select * from unmapped
