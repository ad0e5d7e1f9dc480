{#
    json_texts(column, delimiter): a list of texts as one text, in its order; null when there is no list or
    it is empty.

        {{ json_texts('predictions.reasons', '; ') }} as reasons
#}
{% macro json_texts(column, delimiter) -%}
    {{ return(adapter.dispatch('json_texts', 'firstbell')(column, delimiter)) }}
{%- endmacro %}

{% macro postgres__json_texts(column, delimiter) -%}
    (
        select string_agg(items.value, '{{ delimiter }}' order by items.position)
        from jsonb_array_elements_text(
            case when jsonb_typeof({{ column }}) = 'array' then {{ column }} else '[]'::jsonb end
        ) with ordinality as items (value, position)
    )
{%- endmacro %}

{#
    json_failed_checks(column): the words of the checks of a model's gate that did not pass, joined; null
    when all passed.

        {{ json_failed_checks('models.gate') }} as refusal_reasons
#}
{% macro json_failed_checks(column) -%}
    {{ return(adapter.dispatch('json_failed_checks', 'firstbell')(column)) }}
{%- endmacro %}

{% macro postgres__json_failed_checks(column) -%}
    (
        select string_agg(items.value ->> 'words', '; ' order by items.position)
        from jsonb_array_elements(
            case
                when jsonb_typeof({{ column }} -> 'checks') = 'array' then {{ column }} -> 'checks'
                else '[]'::jsonb
            end
        ) with ordinality as items (value, position)
        where items.value ->> 'passed' = 'false'
    )
{%- endmacro %}
