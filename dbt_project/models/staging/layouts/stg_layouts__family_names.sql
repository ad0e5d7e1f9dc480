-- One row per source and words by which a student system names its tests.
-- Built in every district: who reads no such file may have the tests from a student system.
{{ config(enabled=true) }}
with

codes as (
    select * from {{ source('layouts', 'codes') }}
),

-- several tests and files of a source say the same
once as (
    select
        codes.source,
        codes.code as name_part,
        min(codes.meaning) as family
    from codes
    where codes.role = 'family'
    group by codes.source, codes.code
)

select * from once
