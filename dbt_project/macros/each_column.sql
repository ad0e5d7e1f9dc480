{#
    each_column(columns, expression): one column per name, the expression with the name in place of %s; no
    comma behind the last.

        select
            changes.student_key,
            {{- each_column(counts, 'sum(changes.%s)') }}
        from changes
#}
{% macro each_column(columns, expression) -%}
    {%- for column in columns %}
        {{ expression.replace('%s', column) }} as {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
