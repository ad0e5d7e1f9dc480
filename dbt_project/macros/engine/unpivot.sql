{#
    unpivot(pairs): columns of one row as rows, the one place that knows how this engine spells it.
    `pairs` is a list of lists of SQL expressions; every inner list becomes one row.

        cross join lateral {{ unpivot([["'a'", "column_a"], ["'b'", "column_b"]]) }}
            as measured (name, value_text)
#}
{% macro unpivot(pairs) -%}
    {%- if pairs is string or pairs | length == 0 -%}
        {{ exceptions.raise_compiler_error(
            "unpivot: `pairs` must be a list of lists of expressions, got " ~ pairs
        ) }}
    {%- endif -%}
    {{ return(adapter.dispatch('unpivot', 'firstbell')(pairs)) }}
{%- endmacro %}

{% macro postgres__unpivot(pairs) -%}
    (values
        {%- for pair in pairs %}
        ({{ pair | join(', ') }}){{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
