-- One row per session (term) of a school and school year.
with

sessions as (
    select * from {{ ref('int_calendar__sessions') }}
)

select * from sessions
