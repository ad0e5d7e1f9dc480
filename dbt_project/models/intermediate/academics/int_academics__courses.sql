-- One row per course, with our name of its subject.
with

courses as (
    select * from {{ ref('stg_edfi__courses') }}
),

subjects as (
    {{ district_rows(ref('xwalk_academic_subjects'), ['academic_subject_code']) }}
),

named as (
    select
        courses.course_key,
        courses.course_code,
        courses.course_title,
        courses.education_organization_id,
        courses.academic_subject_code,
        case
            when courses.academic_subject_code is null then null
            else coalesce(subjects.subject, 'unmapped')
        end as subject,
        courses.gpa_applicability_code,
        courses.maximum_available_credits
    from courses
    left join subjects
        on subjects.academic_subject_code = courses.academic_subject_code
)

select * from named
