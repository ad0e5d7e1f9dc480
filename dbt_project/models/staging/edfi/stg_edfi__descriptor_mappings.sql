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

-- the common vocabulary is the one that all users of the standard share
newest as (
    {{ newest_version('renamed', [
        'descriptor_namespace', 'code', 'mapped_namespace', 'mapped_code',
    ], {
        'is_mapped_to_common': "mapped_namespace like 'uri://ed-fi.org/%'",
    }) }}
)

select * from newest
