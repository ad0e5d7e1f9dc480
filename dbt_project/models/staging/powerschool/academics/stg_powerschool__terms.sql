-- One row per term of a school (years, semesters, quarters), with a name that no other has.
with

terms as (
    {{ current_rows(source('powerschool', 'terms')) }}
),

renamed as (
    select
        {{ json_text('payload', ['schoolid']) }} as school_id,
        {{ json_text('payload', ['id']) }} as term_id,
        {{ powerschool_school_year(json_text('payload', ['yearid'])) }} as school_year,
        {{ json_text('payload', ['name']) }} as given_name,
        cast({{ safe_numeric(json_text('payload', ['portion'])) }} as integer) as parts_of_year,
        {{ safe_date(json_text('payload', ['firstday'])) }} as begin_date,
        {{ safe_date(json_text('payload', ['lastday'])) }} as end_date,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from terms
),

newest as (
    {{ newest_version('renamed', ['school_id', 'term_id']) }}
),

counted as (
    select
        newest.school_id,
        newest.term_id,
        newest.school_year,
        newest.given_name,
        newest.parts_of_year,
        newest.begin_date,
        newest.end_date,
        newest._record_key,
        newest._load_id,
        newest._loaded_at,
        row_number() over (
            partition by newest.school_id, newest.school_year, newest.parts_of_year
            order by newest.begin_date, newest.term_id
        ) as part,
        count(*) over (
            partition by newest.school_id, newest.school_year, upper(newest.given_name)
        ) as terms_of_the_name
    from newest
),

named as (
    select
        counted.school_id,
        counted.term_id,
        counted.school_year,
        case
            when counted.given_name is null then counted.term_id
            when counted.terms_of_the_name > 1
                then counted.given_name || ' (' || counted.term_id || ')'
            else counted.given_name
        end as session_name,
        counted.parts_of_year,
        cast(counted.part as integer) as part,
        counted.begin_date,
        counted.end_date,
        counted._record_key,
        counted._load_id,
        counted._loaded_at
    from counted
)

select * from named
