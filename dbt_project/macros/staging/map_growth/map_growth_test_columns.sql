{#
    map_growth_test_columns(): the columns that AssessmentResults and the combined export of MAP
    Growth share, read from `payload`; one list, so that the two staging models cannot drift apart.

        select record_key, {{ map_growth_test_columns() }} from assessment_results
#}
{% macro map_growth_test_columns() -%}
    {{ cell_text('term_name') }} as term_name,
        {{ cell_text('school_name') }} as school_name,
        {{ vendor_id(cell_text('student_id')) }} as student_id,
        {{ vendor_id(cell_text('student_state_id')) }} as student_state_id,
        coalesce({{ cell_text('course') }}, {{ cell_text('subject') }})
            as course,
        {{ cell_text('norms_reference_data') }} as norms_reference_data,
        {{ cell_text('test_name') }} as test_name,
        {{ vendor_date(cell_text('test_start_date')) }} as administered_on,
        {{ vendor_clock(cell_text('test_start_time')) }} as test_start_time,
        {{ cell_text('test_rit_score') }} as test_rit_score_text,
        {{ cell_text('test_percentile') }} as test_percentile_text,
        {{ domain_numeric(cell_text('test_rit_score'), 100, 350) }} as test_rit_score,
        {{ domain_numeric(cell_text('test_percentile'), 1, 99) }} as test_percentile,
        {{ safe_numeric(cell_text('test_standard_error')) }} as test_standard_error,
        {{ cell_text('achievement_quintile') }} as achievement_quintile,
        {{ cell_text('lexile_score') }} as lexile_text,
        {{ cell_text('quantile_score') }} as quantile_text,
        {%- for pair in [
            'fall_to_fall', 'fall_to_winter', 'fall_to_spring',
            'winter_to_winter', 'winter_to_spring', 'spring_to_spring'
        ] %}
        {{ domain_numeric(cell_text(pair ~ '_conditional_growth_percentile'), 1, 99) }}
            as {{ pair }}_growth_percentile,
        {%- endfor %}
        {%- for number in range(1, 9) %}
        {{ cell_text('goal' ~ number ~ '_name') }} as goal_{{ number }}_name,
        {{ cell_text('goal' ~ number ~ '_rit_score') }}
            as goal_{{ number }}_rit_score_text,
        {{ domain_numeric(cell_text('goal' ~ number ~ '_rit_score'), 100, 350) }}
            as goal_{{ number }}_rit_score,
        {{ cell_text('goal' ~ number ~ '_adjective') }} as goal_{{ number }}_adjective,
        {%- endfor %}
        source_ref as _source_ref,
        load_id as _load_id,
        loaded_at as _loaded_at
{%- endmacro %}
