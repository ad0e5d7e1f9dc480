{#
    evaluate_once(): ends a step whose columns are long expressions that later steps use several times. Without
    it the engine pulls the steps into one and computes such an expression anew at each use, which grows
    with every step. All rows pass.

            from attended
            {{ evaluate_once() }}
        ),
#}
{% macro evaluate_once() -%}
    {{ return(adapter.dispatch('evaluate_once', 'firstbell')()) }}
{%- endmacro %}

{% macro postgres__evaluate_once() -%}
    offset 0
{%- endmacro %}
