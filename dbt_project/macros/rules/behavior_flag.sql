{#
    behavior_flag(reason_code): the flag of the behavior indicator.

        {{ behavior_flag('judged.reason_code') }} as flag
#}
{% macro behavior_flag(reason_code) -%}
    case
        when {{ reason_code }} in (
                'no_enrollment', 'no_grading_periods', 'unmapped_action',
                'unmapped_participation'
            ) then 'insufficient_data'
        when {{ reason_code }} in (
                'expulsion',
                'out_of_school_suspension',
                'in_school_suspension',
                'many_incidents'
            ) then 'red'
        when {{ reason_code }} = 'several_incidents' then 'yellow'
        else 'none'
    end
{%- endmacro %}
