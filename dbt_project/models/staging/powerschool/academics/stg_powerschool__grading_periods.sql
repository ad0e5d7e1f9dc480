-- One row per grading period of a school and school year: each store code that its terms set up.
with

termbins as (
    {{ current_rows(source('powerschool', 'termbins')) }}
),

calendar_day as (
    {{ current_rows(source('powerschool', 'calendar_day')) }}
),

renamed as (
    select
        {{ json_text('payload', ['schoolid']) }} as school_id,
        {{ powerschool_school_year(json_text('payload', ['yearid'])) }} as school_year,
        upper({{ json_text('payload', ['storecode']) }}) as store_code,
        {{ json_text('payload', ['description']) }} as description,
        {{ safe_date(json_text('payload', ['date1'])) }} as begin_date,
        {{ safe_date(json_text('payload', ['date2'])) }} as end_date,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from termbins
    where {{ json_text('payload', ['storecode']) }} is not null
),

-- several terms may set up one store code: a quarter is part of its semester and of the year
newest as (
    {{ newest_version('renamed', ['school_id', 'school_year', 'store_code']) }}
),

counted as (
    select
        newest.school_id,
        newest.school_year,
        newest.store_code,
        newest.description,
        newest.begin_date,
        newest.end_date,
        newest._record_key,
        newest._loaded_at,
        row_number() over (
            partition by newest.school_id, newest.school_year, substr(newest.store_code, 1, 1)
            order by newest.begin_date, newest.store_code
        ) as period_sequence,
        count(*) over (
            partition by newest.school_id, newest.school_year, upper(newest.description)
        ) as periods_of_the_name
    from newest
),

days_in_session as (
    select distinct
        {{ json_text('payload', ['schoolid']) }} as school_id,
        {{ safe_date(json_text('payload', ['date_value'])) }} as calendar_date
    from calendar_day
    where {{ json_text('payload', ['insession']) }} = '1'
),

days_by_period as (
    select
        counted.school_id,
        counted.school_year,
        counted.store_code,
        count(*) as total_instructional_days
    from counted
    inner join days_in_session
        on days_in_session.school_id = counted.school_id
        and days_in_session.calendar_date between counted.begin_date and counted.end_date
    group by counted.school_id, counted.school_year, counted.store_code
),

named as (
    select
        counted.school_id,
        counted.school_year,
        case
            when counted.description is null then counted.store_code
            when counted.periods_of_the_name > 1
                then counted.description || ' (' || counted.store_code || ')'
            else counted.description
        end as grading_period_name,
        counted.store_code,
        cast(counted.period_sequence as integer) as period_sequence,
        counted.begin_date,
        counted.end_date,
        cast(days_by_period.total_instructional_days as integer) as total_instructional_days,
        counted._record_key,
        counted._loaded_at
    from counted
    left join days_by_period
        on days_by_period.school_id = counted.school_id
        and days_by_period.school_year = counted.school_year
        and days_by_period.store_code = counted.store_code
),

keyed as (
    select
        {{ natural_key('grading_periods', [
            'named.school_id', 'named.school_year', 'named.grading_period_name',
        ]) }} as grading_period_key,
        {{ surrogate_key(['named.school_id']) }} as school_key,
        named.grading_period_name as grading_period_label,
        named.school_id,
        named.school_year,
        named.grading_period_name,
        named.store_code,
        named.period_sequence,
        named.begin_date,
        named.end_date,
        named.total_instructional_days,
        named._record_key,
        named._loaded_at
    from named
)

select * from keyed
