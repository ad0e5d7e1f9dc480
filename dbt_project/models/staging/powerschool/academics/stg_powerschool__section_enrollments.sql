-- One row per student, section and begin date. Who never came to the section has none.
with

cc as (
    {{ current_rows(source('powerschool', 'cc')) }}
),

students as (
    select * from {{ ref('stg_powerschool__students') }}
),

sections as (
    select * from {{ ref('stg_powerschool__sections') }}
),

renamed as (
    select
        {{ json_text('payload', ['studentid']) }} as powerschool_student_id,
        -- negative: the student dropped the section
        ltrim({{ json_text('payload', ['sectionid']) }}, '-') as powerschool_section_id,
        {{ json_text('payload', ['sectionid']) }} like '-%' as is_dropped,
        {{ safe_date(json_text('payload', ['dateenrolled'])) }} as begin_date,
        -- the first day on which the student was not there any more
        {{ safe_date(json_text('payload', ['dateleft'])) }} as date_left,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from cc
),

attended as (
    select
        students.student_key,
        students.student_id,
        sections.section_key,
        sections.session_key,
        sections.school_key,
        sections.school_id,
        sections.school_year,
        cast(null as boolean) as is_homeroom,
        renamed.begin_date,
        {{ days_before(1, 'renamed.date_left') }} as end_date,
        renamed._record_key,
        renamed._load_id,
        renamed._loaded_at,
        -- a student who dropped the section and was put back as of the same day never left
        min(case when renamed.is_dropped then 2 else 1 end) over (
            partition by students.student_key, sections.section_key, renamed.begin_date
        ) as best_standing,
        case when renamed.is_dropped then 2 else 1 end as standing
    from renamed
    inner join students
        on students.powerschool_student_id = renamed.powerschool_student_id
    inner join sections
        on sections.powerschool_section_id = renamed.powerschool_section_id
    where renamed.date_left is null
        or renamed.date_left > renamed.begin_date
),

kept as (
    select
        attended.student_key,
        attended.student_id,
        attended.section_key,
        attended.session_key,
        attended.school_key,
        attended.school_id,
        attended.school_year,
        attended.is_homeroom,
        attended.begin_date,
        attended.end_date,
        attended._record_key,
        attended._load_id,
        attended._loaded_at
    from attended
    where attended.standing = attended.best_standing
),

newest as (
    {{ newest_version('kept', ['student_key', 'section_key', 'begin_date']) }}
)

select * from newest
