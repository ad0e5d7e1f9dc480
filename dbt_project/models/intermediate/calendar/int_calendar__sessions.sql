-- One row per session (term) of a school and school year.
with

sessions as (
    select * from {{ ref('stg_edfi__sessions') }}
),

keyed as (
    select
        sessions.session_key,
        sessions.school_key,
        sessions.school_year,
        sessions.session_name,
        sessions.term_code,
        sessions.begin_date,
        sessions.end_date,
        sessions.total_instructional_days
    from sessions
)

select * from keyed
