{{ config(severity='warn', meta={'owner': 'student-services'}) }}
-- What it finds: a discipline of an action without a row in the crosswalk of disciplines.
-- When it matters: the action is kept as `unmapped`; if it is a suspension, the behavior indicator
--   misses it.
-- How to resolve: map the code in the source, or add a row for it to
--   seeds/xwalk/xwalk_disciplines.csv, with the district's code, or with * when it means
--   the same everywhere.
with

disciplines as (
    select * from {{ ref('stg_edfi__discipline_action_disciplines') }}
),

code_mappings as (
    select * from {{ ref('int_codes__mapped') }}
),

crosswalk as (
    {{ district_rows(ref('xwalk_disciplines'), ['discipline_code']) }}
),

unmapped as (
    select
        disciplines.discipline_code,
        count(*) as row_count
    from disciplines
    left join code_mappings
        on code_mappings.descriptor_namespace = disciplines.discipline_namespace
        and code_mappings.code = disciplines.discipline_code
    left join crosswalk
        on crosswalk.discipline_code in (disciplines.discipline_code, code_mappings.mapped_code)
    where disciplines.discipline_code is not null
        and crosswalk.discipline_code is null
    group by disciplines.discipline_code
)

select * from unmapped
