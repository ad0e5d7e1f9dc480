{#
    key_in_instance(key, instance): a key of current_rows without its instance: equal for rows in which
    several sources tell of one record.

    key         expression of the key, alone or behind the name of its feed
    instance    expression of the instance

        {{ key_in_instance('tests.result_id', 'tests.source_instance') }}
#}
{% macro key_in_instance(key, instance) -%}
    {%- if not key or not instance -%}
        {{ exceptions.raise_compiler_error(
            "key_in_instance: `key` and `instance` must be expressions, got "
            ~ key ~ " and " ~ instance
        ) }}
    {%- endif -%}
    case
        when {{ instance }} != '' then replace({{ key }}, {{ instance }} || ': ', '')
        else {{ key }}
    end
{%- endmacro %}
