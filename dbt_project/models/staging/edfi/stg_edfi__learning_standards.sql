-- One row per learning standard.
with

learning_standards as (
    {{ current_rows(source('edfi', 'learning_standards')) }}
),

renamed as (
    select
        {{ json_text('payload', ['learningStandardId']) }} as learning_standard_id,
        {{ json_text('payload', ['parentLearningStandardReference', 'learningStandardId']) }}
            as parent_learning_standard_id,
        {{ json_text('payload', ['learningStandardItemCode']) }} as item_code,
        {{ json_text('payload', ['description']) }} as description,
        {{ json_text('payload', ['courseTitle']) }} as course_title,
        {{ descriptor_code(
            json_text('payload', ['academicSubjects', '0', 'academicSubjectDescriptor'])
        ) }}
            as academic_subject_code,
        {{ descriptor_code(json_text('payload', ['gradeLevels', '0', 'gradeLevelDescriptor'])) }}
            as grade_level_code,
        {{ descriptor_code(json_text('payload', ['learningStandardScopeDescriptor'])) }}
            as scope_code,
        {{ json_text('payload', ['namespace']) }} as namespace,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from learning_standards
),

newest as (
    {{ newest_version('renamed', ['learning_standard_id'], {
        'parent_learning_standard_key':
            natural_key('learning_standards', ['parent_learning_standard_id']),
        'learning_standard_key': natural_key('learning_standards', ['learning_standard_id']),
    }) }}
)

select * from newest
