-- One row per school and date of its calendar.
with

calendar_day as (
    {{ current_rows(source('powerschool', 'calendar_day')) }}
),

year_terms as (
    select * from {{ ref('stg_powerschool__year_terms') }}
),

renamed as (
    select
        {{ json_text('payload', ['schoolid']) }} as school_id,
        {{ safe_date(json_text('payload', ['date_value'])) }} as calendar_date,
        case {{ json_text('payload', ['insession']) }}
            when '1' then 'in session'
            when '0' then 'not in session'
        end as calendar_event_code,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from calendar_day
),

of_years as (
    select
        renamed.school_id,
        renamed.school_id as calendar_code,
        year_terms.school_year,
        renamed.calendar_date,
        cast(null as {{ dbt.type_string() }}) as calendar_event_namespace,
        renamed.calendar_event_code,
        renamed._record_key,
        renamed._load_id,
        renamed._loaded_at
    from renamed
    -- days outside every year are the calendar's blank pages
    inner join year_terms
        on year_terms.school_id = renamed.school_id
        and renamed.calendar_date between year_terms.first_day and year_terms.last_day
),

newest as (
    {{ newest_version('of_years', ['school_id', 'school_year', 'calendar_date'], {
        'school_key': surrogate_key(['school_id']),
    }) }}
)

select * from newest
