{{ config(severity='warn', meta={'owner': 'student-services'}) }}
-- What it finds: a participation code of an older data standard without a row in the crosswalk of
--   participation.
-- When it matters: the incident is kept as `unmapped` and counts for nobody.
-- How to resolve: map the code in the source, or add a row for it to
--   seeds/xwalk/xwalk_participation_codes.csv, with the district's code, or with * when it
--   means the same everywhere.
with

incidents as (
    select * from {{ ref('stg_edfi__student_incidents') }}
),

code_mappings as (
    select * from {{ ref('int_codes__mapped') }}
),

crosswalk as (
    {{ district_rows(ref('xwalk_participation_codes'), ['participation_code']) }}
),

unmapped as (
    select
        incidents.participation_code,
        count(*) as row_count
    from incidents
    left join code_mappings
        on code_mappings.descriptor_namespace = incidents.participation_namespace
        and code_mappings.code = incidents.participation_code
    left join crosswalk
        on crosswalk.participation_code in (incidents.participation_code, code_mappings.mapped_code)
    where incidents.participation_code is not null
        and crosswalk.participation_code is null
    group by incidents.participation_code
)

select * from unmapped
