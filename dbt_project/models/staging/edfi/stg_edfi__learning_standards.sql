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

numbered as (
    select
        {{ natural_key('learning_standards', ['parent_learning_standard_id']) }}
            as parent_learning_standard_key,
        {{ natural_key('learning_standards', ['learning_standard_id']) }} as learning_standard_key,
        learning_standard_id,
        parent_learning_standard_id,
        item_code,
        description,
        course_title,
        academic_subject_code,
        grade_level_code,
        scope_code,
        namespace,
        _record_key,
        _loaded_at,
        -- the newest version of a natural key wins; the record key breaks a tie
        row_number() over (
            partition by learning_standard_id
            order by _load_id desc, _loaded_at desc, _record_key
        ) as version_number
    from renamed
),

newest as (
    select
        parent_learning_standard_key,
        learning_standard_key,
        learning_standard_id,
        parent_learning_standard_id,
        item_code,
        description,
        course_title,
        academic_subject_code,
        grade_level_code,
        scope_code,
        namespace,
        _record_key,
        _loaded_at
    from numbered
    where version_number = 1
)

select * from newest
