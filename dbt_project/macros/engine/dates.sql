{#
    Dates, the one place that knows how this engine spells them.

    as_of_date()                     the date of the run, as a date literal; an error when it is not set
    safe_date(text)                  text as a date, null when it is none (ISO and M/D/YYYY)
    days_before(n, date)             the date n days earlier
    school_year_of(date)             spring year: 2026-11-22 is in 2027; the year starts in July
#}
{% macro as_of_date() -%}
    {%- set value = var('as_of_date', none) -%}
    {%- if execute and not value -%}
        {{ exceptions.raise_compiler_error("as_of_date is not set: run with --vars '{as_of_date: 2026-11-22, district_code: grand_bend}'") }}
    {%- endif -%}
    cast('{{ value }}' as date)
{%- endmacro %}

{% macro safe_date(text) -%}
    {{ return(adapter.dispatch('safe_date', 'firstbell')(text)) }}
{%- endmacro %}

{% macro default__safe_date(text) -%}
    case
        when substr({{ text }}, 1, 10) ~ '^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$'
            and pg_input_is_valid(substr({{ text }}, 1, 10), 'date')
            then cast(substr({{ text }}, 1, 10) as date)
        when {{ text }} ~ '^(0?[1-9]|1[0-2])/(0?[1-9]|[12]\d|3[01])/\d{4}$'
            and pg_input_is_valid(
                split_part({{ text }}, '/', 3) || '-' || lpad(split_part({{ text }}, '/', 1), 2, '0')
                || '-' || lpad(split_part({{ text }}, '/', 2), 2, '0'), 'date'
            )
            then to_date({{ text }}, 'MM/DD/YYYY')
    end
{%- endmacro %}

{% macro days_before(n, date) -%}
    cast({{ dbt.dateadd('day', '-(' ~ n ~ ')', date) }} as date)
{%- endmacro %}

{% macro school_year_of(date) -%}
    (cast(extract(year from {{ date }}) as integer)
        + case when extract(month from {{ date }}) >= {{ var('school_year_starts_in', 7) }} then 1 else 0 end)
{%- endmacro %}
