{{ config(severity='warn', meta={'owner': 'student-services'}) }}
-- What it finds: a participation code of a behavior without a row in the crosswalk of
--   participation.
-- When it matters: the incident is kept as `unmapped` and counts for nobody.
-- How to resolve: map the code in the source, or add a row for it to
--   seeds/xwalk/xwalk_participation_codes.csv, with the district's code, or with * when it
--   means the same everywhere.
with

behaviors as (
    select * from {{ ref('stg_edfi__student_incident_behaviors') }}
),

code_mappings as (
    select * from {{ ref('int_codes__mapped') }}
),

crosswalk as (
    {{ district_rows(ref('xwalk_participation_codes'), ['participation_code']) }}
),

unmapped as (
    select
        behaviors.participation_code,
        count(*) as row_count
    from behaviors
    left join code_mappings
        on code_mappings.descriptor_namespace = behaviors.participation_namespace
        and code_mappings.code = behaviors.participation_code
    left join crosswalk
        on crosswalk.participation_code in (behaviors.participation_code, code_mappings.mapped_code)
    where behaviors.participation_code is not null
        and crosswalk.participation_code is null
    group by behaviors.participation_code
)

select * from unmapped
