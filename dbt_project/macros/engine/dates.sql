{#
    Dates, the one place that knows how this engine spells them.

    as_of_date()                     the date of the run, as a date literal; an error when it is not set
    safe_date(text)                  text as a date, null when it is none (ISO and M/D/YYYY)
    days_before(n, date)             the date n days earlier
    local_date(text)                 the district's date of a timestamp with an offset, in var time_zone;
                                     midnight and a plain date stay the day that was sent
    local_time(text)                 the district's time of day of such a timestamp as HH:MM:SS; null for
                                     a plain date and for midnight, which says only the day
    school_year_of(date)             spring year: 2026-11-22 is in 2027; the year starts in July
    last_day_of_school_year(year)    2027-06-30 for 2027, null for null
#}
{% macro as_of_date() -%}
    {%- set value = run_value('as_of_date') -%}
    {%- if execute and not value -%}
        {{ exceptions.raise_compiler_error("as_of_date is not set: run with --vars '{as_of_date: 2026-11-22, district_code: grand_bend}'") }}
    {%- endif -%}
    cast('{{ value }}' as date)
{%- endmacro %}

{% macro safe_date(text) -%}
    {{ return(adapter.dispatch('safe_date', 'firstbell')(text)) }}
{%- endmacro %}

{% macro postgres__safe_date(text) -%}
    (
        select
            case
                when substr(given.text, 1, 10) ~ '^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$'
                    and pg_input_is_valid(substr(given.text, 1, 10), 'date')
                    then cast(substr(given.text, 1, 10) as date)
                when given.text ~ '^(0?[1-9]|1[0-2])/(0?[1-9]|[12]\d|3[01])/\d{4}$'
                    and pg_input_is_valid(
                        split_part(given.text, '/', 3)
                        || '-' || lpad(split_part(given.text, '/', 1), 2, '0')
                        || '-' || lpad(split_part(given.text, '/', 2), 2, '0'), 'date'
                    )
                    then to_date(given.text, 'MM/DD/YYYY')
            end
        from (select {{ text }} as text {{ evaluate_once() }}) as given
    )
{%- endmacro %}

{% macro days_before(n, date) -%}
    cast({{ dbt.dateadd('day', '-(' ~ n ~ ')', date) }} as date)
{%- endmacro %}

{% macro school_year_of(date) -%}
    (cast(extract(year from {{ date }}) as integer)
        + case when extract(month from {{ date }}) >= {{ var('school_year_starts_in', 7) }} then 1 else 0 end)
{%- endmacro %}

{% macro local_date(text) -%}
    {{ return(adapter.dispatch('local_date', 'firstbell')(text)) }}
{%- endmacro %}

{#- many systems send midnight for "that day", which a conversion would move to the day before -#}
{% macro postgres__local_date(text) -%}
    case
        when {{ text }} ~ 'T\d{2}:\d{2}' and {{ text }} !~ 'T00:00(:00(\.0+)?)?(Z|$|[+-])'
            and pg_input_is_valid({{ text }}, 'timestamptz')
            then cast(
                cast({{ text }} as timestamptz) at time zone '{{ var("time_zone", "UTC") }}' as date
            )
        else {{ safe_date(text) }}
    end
{%- endmacro %}

{% macro local_time(text) -%}
    {{ return(adapter.dispatch('local_time', 'firstbell')(text)) }}
{%- endmacro %}

{% macro postgres__local_time(text) -%}
    case
        when {{ text }} ~ 'T\d{2}:\d{2}' and {{ text }} !~ 'T00:00(:00(\.0+)?)?(Z|$|[+-])'
            and pg_input_is_valid({{ text }}, 'timestamptz')
            then to_char(
                cast({{ text }} as timestamptz) at time zone '{{ var("time_zone", "UTC") }}',
                'HH24:MI:SS'
            )
    end
{%- endmacro %}

{% macro last_day_of_school_year(year) -%}
    {{ days_before(
        1,
        "cast(cast((" ~ year ~ ") as text) || '-"
        ~ '%02d' % (var('school_year_starts_in', 7) | int) ~ "-01' as date)"
    ) }}
{%- endmacro %}

{#
    is_friday(date)                    whether the date is one
    first_day_of_school_year(year)     2026-07-01 for 2027
#}
{% macro is_friday(date) -%}
    {{ return(adapter.dispatch('is_friday', 'firstbell')(date)) }}
{%- endmacro %}

{% macro postgres__is_friday(date) -%}
    (extract(isodow from {{ date }}) = 5)
{%- endmacro %}

{% macro first_day_of_school_year(year) -%}
    {{ days_before(-1, last_day_of_school_year(year ~ ' - 1')) }}
{%- endmacro %}
