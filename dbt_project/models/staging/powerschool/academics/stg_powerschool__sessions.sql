-- One row per session of a school and school year: each term in which sections are taught.
with

terms as (
    select * from {{ ref('stg_powerschool__terms') }}
),

sections as (
    {{ current_rows(source('powerschool', 'sections')) }}
),

calendar_day as (
    {{ current_rows(source('powerschool', 'calendar_day')) }}
),

term_codes as (
    {{ district_rows(ref('xwalk_terms'), ['parts_of_year', 'part']) }}
),

taught as (
    select distinct
        {{ json_text('payload', ['schoolid']) }} as school_id,
        {{ json_text('payload', ['termid']) }} as term_id
    from sections
),

days_in_session as (
    select distinct
        {{ json_text('payload', ['schoolid']) }} as school_id,
        {{ safe_date(json_text('payload', ['date_value'])) }} as calendar_date
    from calendar_day
    where {{ json_text('payload', ['insession']) }} = '1'
),

counted as (
    select
        terms.school_id,
        terms.term_id,
        count(*) as total_instructional_days
    from terms
    inner join days_in_session
        on days_in_session.school_id = terms.school_id
        and days_in_session.calendar_date between terms.begin_date and terms.end_date
    group by terms.school_id, terms.term_id
),

keyed as (
    select
        {{ natural_key('sessions', [
            'terms.school_id', 'terms.school_year', 'terms.session_name',
        ]) }} as session_key,
        {{ surrogate_key(['terms.school_id']) }} as school_key,
        terms.school_id,
        terms.school_year,
        terms.session_name,
        term_codes.term_code,
        terms.begin_date,
        terms.end_date,
        cast(counted.total_instructional_days as integer) as total_instructional_days,
        terms._record_key,
        terms._loaded_at
    from terms
    inner join taught
        on taught.school_id = terms.school_id
        and taught.term_id = terms.term_id
    left join counted
        on counted.school_id = terms.school_id
        and counted.term_id = terms.term_id
    left join term_codes
        on term_codes.parts_of_year = terms.parts_of_year
        and term_codes.part = terms.part
)

select * from keyed
