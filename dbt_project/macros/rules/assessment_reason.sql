{#
    assessment_reason(result, subject): which rule of the assessment indicator holds in one subject; null
    when no percentile says anything. `result` is a relation with the percentile and growth_percentile
    of the subject's latest result that has a percentile, `subject` one with low_growth_count and the
    numbers of the policy.

        {{ assessment_reason('ranked_percentiles', 'subjects') }} as reason_code
#}
{% macro assessment_reason(result, subject) -%}
    case
        when {{ result }}.percentile < {{ subject }}.percentile_red_below then 'very_low_percentile'
        when
            {{ result }}.percentile < {{ subject }}.percentile_yellow_below
            and {{ result }}.growth_percentile < {{ subject }}.growth_percentile_low_below
            then 'low_percentile_and_growth'
        when {{ subject }}.low_growth_count = {{ subject }}.growth_low_consecutive_results
            then 'repeated_low_growth'
        when {{ result }}.percentile < {{ subject }}.percentile_yellow_below then 'low_percentile'
        when {{ result }}.percentile is not null then 'assessment_fine'
    end
{%- endmacro %}
