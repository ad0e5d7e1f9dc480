-- One row per session (term) of a school and school year.
with

sessions as (
    select * from {{ ref('can_sessions') }}
),

selected as (
    select
        session_key,
        school_key,
        school_year,
        session_name,
        term_code,
        begin_date,
        end_date,
        total_instructional_days
    from sessions
)

select * from selected
