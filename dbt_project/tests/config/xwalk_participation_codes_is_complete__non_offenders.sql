{{ config(severity='warn', meta={'owner': 'student-services'}) }}
-- What it finds: a participation code of a victim, witness or reporter without a row in the
--   crosswalk of participation.
-- When it matters: the participation is kept as `unmapped`; it counts for nobody either way.
-- How to resolve: map the code in the source, or add a row for it to
--   seeds/xwalk/xwalk_participation_codes.csv, with the district's code, or with * when it
--   means the same everywhere.
with

non_offenders as (
    select * from {{ ref('stg_edfi__student_incident_non_offenders') }}
),

code_mappings as (
    select * from {{ ref('int_codes__mapped') }}
),

crosswalk as (
    {{ district_rows(ref('xwalk_participation_codes'), ['participation_code']) }}
),

unmapped as (
    select
        non_offenders.participation_code,
        count(*) as row_count
    from non_offenders
    left join code_mappings
        on code_mappings.descriptor_namespace = non_offenders.participation_namespace
        and code_mappings.code = non_offenders.participation_code
    left join crosswalk
        on crosswalk.participation_code in (
            non_offenders.participation_code, code_mappings.mapped_code
        )
    where non_offenders.participation_code is not null
        and crosswalk.participation_code is null
    group by non_offenders.participation_code
)

select * from unmapped
