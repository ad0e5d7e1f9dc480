{{ config(severity='warn', meta={'owner': 'student-services'}) }}
-- What it finds: a discipline of an action without a row in the crosswalk of disciplines.
-- When it matters: the action is kept as `unmapped`; if it is a suspension, the behavior indicator
--   misses it.
-- How to resolve: add a row for the code to seeds/xwalk/xwalk_disciplines.csv, with the district's
--   code, or with * when it means the same everywhere.
with

disciplines as (
    select * from {{ ref('stg_edfi__discipline_action_disciplines') }}
),

crosswalk as (
    {{ district_rows(ref('xwalk_disciplines'), ['discipline_code']) }}
),

unmapped as (
    select
        disciplines.discipline_code,
        count(*) as row_count
    from disciplines
    left join crosswalk
        on crosswalk.discipline_code = disciplines.discipline_code
    where disciplines.discipline_code is not null
        and crosswalk.discipline_code is null
    group by disciplines.discipline_code
)

select * from unmapped
