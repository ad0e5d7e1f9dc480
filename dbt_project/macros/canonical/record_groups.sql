{#
    record_groups(): the groups of entities for which a district may say who the system of record is.
#}
{% macro record_groups() -%}
    {%- set groups = [] -%}
    {%- for rule in record_rules().values() if rule.group != '*' and rule.group not in groups -%}
        {%- do groups.append(rule.group) -%}
    {%- endfor -%}
    {{ return(groups) }}
{%- endmacro %}
