{#
    policy_value(policy_name, type): one policy of the resolved long form as a typed column of the
    wide form. Used under `group by grade_band`, where each policy has exactly one value.

        {{ policy_value('chronic_absence_pct', 'numeric') }} as chronic_absence_pct
#}
{% macro policy_value(policy_name, type) -%}
    {%- if type not in ('numeric', 'integer', 'boolean') -%}
        {{ exceptions.raise_compiler_error(
            "policy_value: `type` of " ~ policy_name ~ " must be numeric, integer or boolean, got " ~ type
        ) }}
    {%- endif -%}
    cast(max(case when policy_name = '{{ policy_name }}' then policy_value end) as {{ type }})
{%- endmacro %}
