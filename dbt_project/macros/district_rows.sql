{#
    district_rows(relation, keys): the crosswalk rows that hold for this run's district. A row of the
    district wins over the row for every district (`*`) with the same keys. With `keys=[]` the rows are
    one table that only makes sense as a whole: any row of the district replaces all of `*`.

        marks as (
            {{ district_rows(ref('xwalk_letter_marks'), ['letter_grade']) }}
        ),
#}
{% macro district_rows(relation, keys) -%}
    {%- if keys is string or keys is mapping -%}
        {{ exceptions.raise_compiler_error("district_rows: `keys` must be a list of columns, got " ~ keys) }}
    {%- endif -%}
    select crosswalk.*
    from {{ relation }} as crosswalk
    left join {{ relation }} as own
        on own.district_code = {{ district_code() }}
        and crosswalk.district_code = '*'
        {%- for key in keys %}
        and own.{{ key }} = crosswalk.{{ key }}
        {%- endfor %}
    where crosswalk.district_code in ('*', {{ district_code() }})
        and own.district_code is null
{%- endmacro %}
