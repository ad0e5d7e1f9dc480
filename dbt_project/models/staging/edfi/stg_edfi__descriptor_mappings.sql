-- One row per local or state code that the source maps to another code.
with

descriptor_mappings as (
    {{ current_rows(source('edfi', 'descriptor_mappings')) }}
),

renamed as (
    select
        lower({{ json_text('payload', ['namespace']) }}) as descriptor_namespace,
        lower({{ json_text('payload', ['value']) }}) as code,
        lower({{ json_text('payload', ['mappedNamespace']) }}) as mapped_namespace,
        lower({{ json_text('payload', ['mappedValue']) }}) as mapped_code,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from descriptor_mappings
),

numbered as (
    select
        descriptor_namespace,
        code,
        mapped_namespace,
        mapped_code,
        _record_key,
        _loaded_at,
        -- the newest version of a natural key wins; the record key breaks a tie
        row_number() over (
            partition by
                descriptor_namespace,
                code,
                mapped_namespace,
                mapped_code
            order by _load_id desc, _loaded_at desc, _record_key
        ) as version_number
    from renamed
),

newest as (
    select
        descriptor_namespace,
        code,
        mapped_namespace,
        mapped_code,
        -- the vocabulary that all users of the standard share
        mapped_namespace like 'uri://ed-fi.org/%' as is_mapped_to_common,
        _record_key,
        _loaded_at
    from numbered
    where version_number = 1
)

select * from newest
