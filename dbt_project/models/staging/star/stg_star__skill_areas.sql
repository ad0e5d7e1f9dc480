-- One row per Star test and skill area.
with

skill_areas as (
    {{ current_rows(source('star', 'skill_areas'), source('files', 'cell_names')) }}
),

renamed as (
    select
        record_key as detail_id,
        coalesce(instance, '') as source_instance,
        {{ cell_text('_product') }} as product,
        {{ cell_text('assessment_id') }} as assessment_id,
        {{ cell_text('family_name') }} as family_name,
        {{ cell_text('domain_name') }} as domain_name,
        {{ cell_text('skill_area_name') }} as skill_area_name,
        {{ cell_text('domain_score') }} as domain_score_text,
        {{ cell_text('skill_area_mastery_score') }} as skill_area_mastery_score_text,
        source_ref as _source_ref,
        load_id as _load_id,
        loaded_at as _loaded_at
    from skill_areas
),

typed as (
    select
        renamed.detail_id,
        renamed.source_instance,
        renamed.product,
        renamed.assessment_id,
        renamed.family_name,
        renamed.domain_name,
        renamed.skill_area_name,
        renamed.domain_score_text,
        renamed.skill_area_mastery_score_text,
        renamed._source_ref,
        renamed._load_id,
        renamed._loaded_at,
        {{ domain_numeric('renamed.domain_score_text', 0, 100, whole=false) }} as domain_score,
        {{ domain_numeric('renamed.skill_area_mastery_score_text', 0, 100, whole=false) }}
            as skill_area_mastery_score
    from renamed
)

select * from typed
