-- One row per course, with our name of its subject.
with

courses as (
    {{ union_of_sources('courses', {
        'course_key': 'bigint',
        'course_code': 'text',
        'course_title': 'text',
        'education_organization_id': 'text',
        'academic_subject_code': 'text',
        'gpa_applicability_code': 'text',
        'maximum_available_credits': 'numeric',
    }) }}
),

subjects as (
    {{ codes_of_sources(ref('xwalk_academic_subjects'), ['academic_subject_code']) }}
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
        courses.maximum_available_credits,
        courses.source_system,
        courses.source_instance
    from courses
    left join subjects
        on subjects.code_source = courses.source_system
        and subjects.academic_subject_code = courses.academic_subject_code
)

select * from named
