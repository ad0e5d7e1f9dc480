{#
    Text as test vendors write it.

    vendor_date(text)          the date part of a vendor's time stamp, never converted to a zone:
                               2023-08-23T09:07:55Z, 8/23/2023 9:07:55 AM, 08/23/23
    vendor_name(text)          a name for comparison: lower case, accents of Latin letters and all
                               punctuation and blanks removed; null when nothing is left
    vendor_id(text)            an id for comparison: the `.0` of a spreadsheet removed; blank and 0
                               are none
    domain_numeric(text, low, high, whole=true)  a number inside its domain, else null; a whole one
                               (85.0 is whole) unless `whole` is false
    vendor_school_year(text)   the spring year that a text names: 2027 for Fall 2026-2027, 2026-27
#}
{% macro vendor_date(text) -%}
    {{ return(adapter.dispatch('vendor_date', 'firstbell')(text)) }}
{%- endmacro %}

{% macro postgres__vendor_date(text) -%}
    {%- set day = "split_part(" ~ plain_text(text) ~ ", ' ', 1)" -%}
    {{ safe_date("regexp_replace(" ~ day ~ ", '^(\\d{1,2}/\\d{1,2}/)(\\d{2})$', '\\120\\2')") }}
{%- endmacro %}

{% macro vendor_name(text) -%}
    {{ return(adapter.dispatch('vendor_name', 'firstbell')(text)) }}
{%- endmacro %}

{% macro postgres__vendor_name(text) -%}
    nullif(regexp_replace(
        translate(
            lower({{ text }}),
            'áàâäãåçéèêëíìîïñóòôöõøúùûüýÿ',
            'aaaaaaceeeeiiiinoooooouuuuyy'
        ),
        '[^[:alnum:]]', '', 'g'
    ), '')
{%- endmacro %}

{% macro vendor_id(text) -%}
    {{ return(adapter.dispatch('vendor_id', 'firstbell')(text)) }}
{%- endmacro %}

{% macro postgres__vendor_id(text) -%}
    nullif(nullif(regexp_replace({{ plain_text(text) }}, '\.0+$', ''), ''), '0')
{%- endmacro %}

{% macro domain_numeric(text, low, high, whole=true) -%}
    {%- if low is not number or high is not number -%}
        {{ exceptions.raise_compiler_error(
            "domain_numeric: `low` and `high` must be numbers, got " ~ low ~ " and " ~ high
        ) }}
    {%- endif -%}
    (
        select
            case
                when read.number between {{ low }} and {{ high }}
                    {%- if whole %}
                    and read.number = trunc(read.number)
                    {%- endif %}
                    then read.number
            end
        from (select {{ safe_numeric(text) }} as number {{ evaluate_once() }}) as read
    )
{%- endmacro %}

{% macro vendor_school_year(text) -%}
    {{ return(adapter.dispatch('vendor_school_year', 'firstbell')(text)) }}
{%- endmacro %}

{% macro postgres__vendor_school_year(text) -%}
    {%- set plain = plain_text(text) -%}
    {%- set first = "cast(substring(" ~ plain ~ " from '[0-9]{4}') as integer)" -%}
    case
        when {{ plain }} ~ '^[^0-9]*[0-9]{4} *[-/] *([0-9]{2})?[0-9]{2}([^0-9]|$)'
            and ({{ first }} + 1) % 100
            = cast(substring({{ plain }} from '[-/] *(?:[0-9]{2})?([0-9]{2})(?:[^0-9]|$)') as integer)
            then {{ first }} + 1
    end
{%- endmacro %}

{#
    vendor_clock(text)         a time of day as sortable text HH:MM:SS; 9:00:00 AM is 09:00:00
#}
{% macro vendor_clock(text) -%}
    {{ return(adapter.dispatch('vendor_clock', 'firstbell')(text)) }}
{%- endmacro %}

{% macro postgres__vendor_clock(text) -%}
    (
        select
            case
                when pg_input_is_valid(given.text, 'time')
                    then cast(cast(given.text as time) as text)
            end
        from (select {{ plain_text(text) }} as text {{ evaluate_once() }}) as given
    )
{%- endmacro %}
