{#
    count_change(counts, relation, change_date, amounts): one branch of the union of changes in
    ftr_window_counts_as_of: on change_date each count named in `amounts` grows by that amount, all others of
    `counts` by nothing.

        {{ count_change(counts, 'referrals', 'referrals.known_from', {'incident_count_90d': '1'}) }}
#}
{% macro count_change(counts, relation, change_date, amounts) -%}
    {%- for name in amounts if name not in counts -%}
        {{ exceptions.raise_compiler_error("count_change: no count is named " ~ name) }}
    {%- endfor %}
    select
        {{ relation }}.student_key,
        {{ change_date }} as change_date,
        {%- for count in counts %}
        {{ amounts.get(count, '0') }} as {{ count }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}
{%- endmacro %}
