{#
    assessment_flag(reason_code): the flag of the assessment indicator in one subject, by a reason_code
    that is not null.

        {{ assessment_flag('judged.reason_code') }} as flag
#}
{% macro assessment_flag(reason_code) -%}
    case
        when {{ reason_code }} = 'low_percentile' then 'yellow'
        when {{ reason_code }} = 'assessment_fine' then 'none'
        else 'red'
    end
{%- endmacro %}
