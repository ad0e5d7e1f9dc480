{#
    rule_tier(counts, policy, is_enrolled): the tier by the rules. `counts` is a relation with
    evidence_count, red_count and yellow_count; is_enrolled an expression, true or false.

        {{ rule_tier('counted', 'policy', 'true') }} as rule_tier
#}
{% macro rule_tier(counts, policy, is_enrolled) -%}
    case
        when not {{ policy }}.tier_applies then 'Not applicable'
        when not ({{ is_enrolled }}) then 'Insufficient data'
        when {{ counts }}.evidence_count = 0 then 'Insufficient data'
        when {{ counts }}.red_count >= {{ policy }}.high_risk_red_count then 'High Risk'
        when {{ counts }}.red_count >= {{ policy }}.at_risk_red_count then 'At Risk'
        when {{ counts }}.yellow_count >= {{ policy }}.at_risk_yellow_count then 'At Risk'
        when {{ counts }}.yellow_count >= {{ policy }}.some_risk_yellow_count then 'Some Risk'
        else 'Low Risk'
    end
{%- endmacro %}
