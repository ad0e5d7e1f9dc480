{#
    plain_minus(text): a typographic minus or dash (U+2212, U+2013) as a plain hyphen, so that `A−`
    from a report-card system is the mark `A-`.

        upper({{ plain_minus('letter_grade') }})
#}
{% macro plain_minus(text) -%}
    {%- if not text -%}
        {{ exceptions.raise_compiler_error("plain_minus: `text` must be a text expression, got none") }}
    {%- endif -%}
    replace(replace({{ text }}, '−', '-'), '–', '-')
{%- endmacro %}
