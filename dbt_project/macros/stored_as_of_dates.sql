{#
    The memory of the as-of dates: what an incremental model of features keeps, and what it writes.

    stored_as_of_dates()      the as-of dates that every incremental model of features holds, as a select
                              of one column; none on a first run or a full refresh. ftr_as_of_dates comes
                              before the models it asks about, so it asks the database and not ref().
    make_room_for_dates()     pre-hook of those models: takes out the dates that are written anew, and the
                              date of an earlier run that is neither a Friday nor an eve

        stored as (
            {{ stored_as_of_dates() }}
        ),
#}
{% macro stored_as_of_dates() -%}
    {%- set found = [] -%}
    {%- for name in ['ftr_student_as_of', 'ftr_audit_group'] if execute and not flags.FULL_REFRESH -%}
        {%- set stored = adapter.get_relation(
            database=target.database, schema='features', identifier=name
        ) -%}
        {%- do found.append(stored) if stored -%}
    {%- endfor -%}
    {%- if found | length == 2 %}
    select as_of_date from {{ found[0] }}
    intersect
    select as_of_date from {{ found[1] }}
    {%- else %}
    select cast(null as date) as as_of_date where false
    {%- endif %}
{%- endmacro %}

{% macro make_room_for_dates() -%}
    {%- if is_incremental() %}
    delete from {{ this }}
    where as_of_date in (
            select as_of_date from {{ ref('ftr_as_of_dates') }} where is_to_be_written
        )
        or (
            as_of_date < {{ as_of_date() }}
            and as_of_date not in (select as_of_date from {{ ref('ftr_as_of_dates') }})
        )
    {%- endif %}
{%- endmacro %}
