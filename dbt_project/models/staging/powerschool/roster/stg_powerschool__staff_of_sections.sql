-- One row per staff member, section and begin date: the lead teacher, and who teaches it beside or
-- after.
with

sections_in_raw as (
    {{ current_rows(source('powerschool', 'sections')) }}
),

sectionteacher as (
    {{ current_rows(source('powerschool', 'sectionteacher')) }}
),

positions as (
    select * from {{ ref('stg_powerschool__staff_positions') }}
),

sections as (
    select * from {{ ref('stg_powerschool__sections') }}
),

sessions as (
    select * from {{ ref('stg_powerschool__sessions') }}
),

together as (
    select
        {{ json_text('payload', ['teacher']) }} as powerschool_staff_id,
        {{ json_text('payload', ['id']) }} as powerschool_section_id,
        'teacher of record' as position_code,
        cast(null as date) as start_date,
        cast(null as date) as end_date,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from sections_in_raw
    union all
    select
        {{ json_text('payload', ['teacherid']) }} as powerschool_staff_id,
        {{ json_text('payload', ['sectionid']) }} as powerschool_section_id,
        'teacher' as position_code,
        {{ safe_date(json_text('payload', ['start_date'])) }} as start_date,
        {{ safe_date(json_text('payload', ['end_date'])) }} as end_date,
        'sectionteacher ' || record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from sectionteacher
),

known as (
    select
        positions.staff_key,
        positions.staff_id,
        sections.section_key,
        sections.school_key,
        sections.school_id,
        sections.school_year,
        together.position_code,
        -- the lead teacher has no dates of its own: those of the term
        coalesce(together.start_date, sessions.begin_date) as begin_date,
        together.end_date,
        together._record_key,
        together._load_id,
        together._loaded_at
    from together
    inner join positions
        on positions.powerschool_staff_id = together.powerschool_staff_id
    inner join sections
        on sections.powerschool_section_id = together.powerschool_section_id
    left join sessions
        on sessions.session_key = sections.session_key
),

ranked as (
    select
        known.staff_key,
        known.staff_id,
        known.section_key,
        known.school_key,
        known.school_id,
        known.school_year,
        known.position_code,
        known.begin_date,
        known.end_date,
        known._record_key,
        known._load_id,
        known._loaded_at,
        case when known.position_code = 'teacher of record' then 1 else 2 end as standing,
        min(case when known.position_code = 'teacher of record' then 1 else 2 end) over (
            partition by known.staff_key, known.section_key
        ) as best_standing
    from known
),

-- the lead teacher stands in both tables; others have a row for each time that they came
kept as (
    select
        ranked.staff_key,
        ranked.staff_id,
        ranked.section_key,
        ranked.school_key,
        ranked.school_id,
        ranked.school_year,
        ranked.position_code,
        ranked.begin_date,
        ranked.end_date,
        ranked._record_key,
        ranked._load_id,
        ranked._loaded_at
    from ranked
    where ranked.standing = ranked.best_standing
),

newest as (
    {{ newest_version('kept', ['staff_key', 'section_key', 'begin_date']) }}
)

select * from newest
