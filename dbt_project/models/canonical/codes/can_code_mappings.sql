-- One row per code that the source maps to another: what a state or district code stands for.
with

descriptor_mappings as (
    {{ union_of_sources('code_mappings', {
        'descriptor_namespace': 'text',
        'code': 'text',
        'mapped_namespace': 'text',
        'mapped_code': 'text',
        'is_mapped_to_common': 'boolean',
    }) }}
),

numbered as (
    select
        descriptor_mappings.descriptor_namespace,
        descriptor_mappings.code,
        descriptor_mappings.mapped_code,
        descriptor_mappings.source_system,
        descriptor_mappings.source_instance,
        -- a code mapped to several vocabularies: the common one first, then by name
        row_number() over (
            partition by
                descriptor_mappings.source_system, descriptor_mappings.source_instance,
                descriptor_mappings.descriptor_namespace, descriptor_mappings.code
            order by
                case when descriptor_mappings.is_mapped_to_common then 0 else 1 end,
                descriptor_mappings.mapped_namespace,
                descriptor_mappings.mapped_code
        ) as preference
    from descriptor_mappings
),

preferred as (
    select
        numbered.descriptor_namespace,
        numbered.code,
        numbered.mapped_code,
        numbered.source_system,
        numbered.source_instance
    from numbered
    where numbered.preference = 1
)

select * from preferred
