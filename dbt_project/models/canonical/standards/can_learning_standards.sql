-- One row per learning standard, with our name of its subject and the key of the standard above it.
with

learning_standards as (
    {{ union_of_sources('learning_standards', {
        'parent_learning_standard_key': 'bigint',
        'learning_standard_key': 'bigint',
        'learning_standard_id': 'text',
        'parent_learning_standard_id': 'text',
        'item_code': 'text',
        'description': 'text',
        'course_title': 'text',
        'academic_subject_code': 'text',
        'grade_level_code': 'text',
        'scope_code': 'text',
    }) }}
),

subjects as (
    {{ codes_of_sources(ref('xwalk_academic_subjects'), ['academic_subject_code']) }}
),

named as (
    select
        learning_standards.learning_standard_key,
        learning_standards.learning_standard_id,
        case
            when learning_standards.parent_learning_standard_id is not null
                then learning_standards.parent_learning_standard_key
        end as parent_learning_standard_key,
        learning_standards.item_code,
        learning_standards.description,
        learning_standards.course_title,
        learning_standards.academic_subject_code,
        case
            when learning_standards.academic_subject_code is null then null
            else coalesce(subjects.subject, 'unmapped')
        end as subject,
        learning_standards.grade_level_code,
        learning_standards.scope_code,
        learning_standards.source_system,
        learning_standards.source_instance
    from learning_standards
    left join subjects
        on subjects.code_source = learning_standards.source_system
        and subjects.academic_subject_code = learning_standards.academic_subject_code
)

select * from named
