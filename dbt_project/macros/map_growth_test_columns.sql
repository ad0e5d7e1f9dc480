{#
    map_growth_test_columns(): the columns that AssessmentResults and the combined export of MAP
    Growth share, read from `payload`; one list, so that the two staging models cannot drift apart.

        select record_key, {{ map_growth_test_columns() }} from assessment_results
#}
{% macro map_growth_test_columns() -%}
    {{ json_text('payload', 'term_name') }} as term_name,
        {{ json_text('payload', 'school_name') }} as school_name,
        {{ vendor_id(json_text('payload', 'student_id')) }} as student_id,
        {{ vendor_id(json_text('payload', 'student_state_id')) }} as student_state_id,
        coalesce({{ json_text('payload', 'course') }}, {{ json_text('payload', 'subject') }})
            as course,
        {{ json_text('payload', 'norms_reference_data') }} as norms_reference_data,
        {{ json_text('payload', 'test_name') }} as test_name,
        {{ vendor_date(json_text('payload', 'test_start_date')) }} as administered_on,
        {{ vendor_clock(json_text('payload', 'test_start_time')) }} as test_start_time,
        {{ json_text('payload', 'test_rit_score') }} as test_rit_score_text,
        {{ json_text('payload', 'test_percentile') }} as test_percentile_text,
        {{ domain_numeric(json_text('payload', 'test_rit_score'), 100, 350) }} as test_rit_score,
        {{ domain_numeric(json_text('payload', 'test_percentile'), 1, 99) }} as test_percentile,
        {{ safe_numeric(json_text('payload', 'test_standard_error')) }} as test_standard_error,
        {{ json_text('payload', 'achievement_quintile') }} as achievement_quintile,
        {{ json_text('payload', 'lexile_score') }} as lexile_text,
        {{ json_text('payload', 'quantile_score') }} as quantile_text,
        {%- for pair in [
            'fall_to_fall', 'fall_to_winter', 'fall_to_spring',
            'winter_to_winter', 'winter_to_spring', 'spring_to_spring'
        ] %}
        {{ domain_numeric(json_text('payload', pair ~ '_conditional_growth_percentile'), 1, 99) }}
            as {{ pair }}_growth_percentile,
        {%- endfor %}
        {%- for number in range(1, 9) %}
        {{ json_text('payload', 'goal' ~ number ~ '_name') }} as goal_{{ number }}_name,
        {{ json_text('payload', 'goal' ~ number ~ '_rit_score') }}
            as goal_{{ number }}_rit_score_text,
        {{ domain_numeric(json_text('payload', 'goal' ~ number ~ '_rit_score'), 100, 350) }}
            as goal_{{ number }}_rit_score,
        {{ json_text('payload', 'goal' ~ number ~ '_adjective') }} as goal_{{ number }}_adjective,
        {%- endfor %}
        source_ref as _source_ref,
        load_id as _load_id,
        loaded_at as _loaded_at
{%- endmacro %}
