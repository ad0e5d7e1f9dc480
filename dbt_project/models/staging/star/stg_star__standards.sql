-- One row per Star test and standard.
with

standards as (
    {{ current_rows(source('star', 'standards'), source('files', 'cell_names')) }}
),

renamed as (
    select
        record_key as detail_id,
        coalesce(instance, '') as source_instance,
        {{ cell_text('_product') }} as product,
        {{ cell_text('assessment_id') }} as assessment_id,
        {{ cell_text('domain_group') }} as domain_group,
        {{ cell_text('domain_name') }} as domain_name,
        {{ cell_text('domain_mastery_level') }} as domain_mastery_level,
        {{ cell_text('standard_name') }} as standard_code,
        {{ cell_text('standard_description') }} as standard_description,
        {{ cell_text('standard_mastery_level') }} as standard_mastery_level,
        {{ cell_text('domain_percent_mastery') }} as domain_percent_mastery_text,
        {{ cell_text('standard_percent_mastery') }} as standard_percent_mastery_text,
        source_ref as _source_ref,
        load_id as _load_id,
        loaded_at as _loaded_at
    from standards
),

typed as (
    select
        renamed.detail_id,
        renamed.source_instance,
        renamed.product,
        renamed.assessment_id,
        renamed.domain_group,
        renamed.domain_name,
        renamed.domain_mastery_level,
        renamed.standard_code,
        renamed.standard_description,
        renamed.standard_mastery_level,
        renamed.domain_percent_mastery_text,
        renamed.standard_percent_mastery_text,
        renamed._source_ref,
        renamed._load_id,
        renamed._loaded_at,
        {{ domain_numeric('renamed.domain_percent_mastery_text', 0, 100, whole=false) }}
            as domain_percent_mastery,
        {{ domain_numeric('renamed.standard_percent_mastery_text', 0, 100, whole=false) }}
            as standard_percent_mastery
    from renamed
)

select * from typed
