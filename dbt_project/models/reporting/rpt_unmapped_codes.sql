-- One row per code of a source that no crosswalk knows, with the row that would map it.
with

unmapped as (
    select * from {{ ref('int_codes__unmapped') }}
),

worded as (
    select
        unmapped.source,
        unmapped.crosswalk,
        unmapped.code,
        unmapped.record_count,
        'Add a row to ' || unmapped.crosswalk || '.csv, in the folder seeds beside the district'
        || ' files, with district_code '
        || {{ district_code() }} || ' (or * for every district) and ' || unmapped.key_column || ' '
        || unmapped.code || ', then run the night again.' as what_to_add,
        {{ as_of_date() }} as as_of_date
    from unmapped
)

select * from worded
