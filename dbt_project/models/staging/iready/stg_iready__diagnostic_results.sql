-- One row per i-Ready diagnostic. Rows under a key of before (by Activity Id, or without a
-- language) are left out where their test stands under its key of today.
{%- set domains = [
    'phonological_awareness', 'phonics', 'high_frequency_words', 'vocabulary',
    'comprehension_overall', 'comprehension_literature', 'comprehension_informational_text',
    'number_and_operations', 'algebra_and_algebraic_thinking', 'measurement_and_data', 'geometry',
] %}
with

diagnostic_results as (
    {{ current_rows(source('iready', 'diagnostic_results'), source('files', 'cell_names')) }}
),

renamed as (
    select
        record_key as result_id,
        coalesce(instance, '') as source_instance,
        lower({{ cell_text('_subject') }}) as subject_code,
        lower({{ cell_text('diagnostic_language') }}) as language_code,
        {{ vendor_id(cell_text('student_id')) }} as student_id,
        {{ vendor_id(cell_text('student_state_id')) }} as student_state_id,
        {{ cell_text('first_name') }} as first_name,
        {{ cell_text('last_name') }} as last_name,
        {{ cell_text('academic_year') }} as academic_year,
        {{ cell_text('student_grade') }} as test_grade_code,
        {{ cell_text('norming_window') }} as norming_window,
        {{ cell_text('rush_flag') }} as rush_flag,
        {{ cell_text('overall_relative_placement') }} as performance_level_code,
        {{ vendor_date(cell_text('start_date')) }} as started_on,
        {{ vendor_date(cell_text('completion_date')) }} as administered_on,
        {{ safe_numeric(cell_text('duration_min')) }} as duration_minutes,
        {{ cell_text('overall_scale_score') }} as overall_scale_score_text,
        {{ cell_text('percentile') }} as percentile_text,
        {{ cell_text('overall_placement') }} as overall_placement,
        {{ cell_text('lexile_measure') }} as lexile_text,
        {{ cell_text('quantile_measure') }} as quantile_text,
        {%- for domain in domains %}
            {{ cell_text(domain ~ '_scale_score') }} as {{ domain }}_scale_score_text,
            {{ cell_text(domain ~ '_placement') }} as {{ domain }}_placement,
            {{ cell_text(domain ~ '_relative_placement') }}
                as {{ domain }}_relative_placement,
        {%- endfor %}
        source_ref as _source_ref,
        load_id as _load_id,
        loaded_at as _loaded_at
    from diagnostic_results
),

compared as (
    select
        renamed.result_id,
        {{ dbt.split_part('renamed.result_id', "'|'", 2) }}
        = coalesce(renamed.language_code, 'english') as has_todays_key,
        max(
            case
                when {{ dbt.split_part('renamed.result_id', "'|'", 2) }}
                    = coalesce(renamed.language_code, 'english') then 1
                else 0
            end
        ) over (
            partition by
                renamed.subject_code,
                coalesce(renamed.language_code, 'english'),
                renamed.student_id,
                {{ vendor_school_year('renamed.academic_year') }},
                renamed.started_on
        ) as stands_under_todays_key
    from renamed
),

typed as (
    select
        renamed.result_id,
        renamed.source_instance,
        renamed.subject_code,
        renamed.language_code,
        renamed.student_id,
        renamed.student_state_id,
        renamed.first_name,
        renamed.last_name,
        renamed.academic_year,
        renamed.test_grade_code,
        renamed.norming_window,
        renamed.rush_flag,
        renamed.performance_level_code,
        renamed.started_on,
        renamed.administered_on,
        renamed.duration_minutes,
        renamed.overall_scale_score_text,
        renamed.percentile_text,
        renamed.overall_placement,
        renamed.lexile_text,
        renamed.quantile_text,
        {%- for domain in domains %}
            renamed.{{ domain }}_scale_score_text,
            renamed.{{ domain }}_placement,
            renamed.{{ domain }}_relative_placement,
        {%- endfor %}
        renamed._source_ref,
        renamed._load_id,
        renamed._loaded_at,
        {{ domain_numeric('renamed.overall_scale_score_text', 100, 800) }} as overall_scale_score,
        {{ domain_numeric('renamed.percentile_text', 1, 99) }} as percentile,
        -- `Winter (November 16 - March 1)`: the season names the window; older files have none
        lower({{ dbt.split_part('renamed.norming_window', "' '", 1) }}) as window_name,
        case
            when renamed.administered_on is null then 'not_completed'
            when lower(renamed.rush_flag) like 'red%' then 'red_rush'
        end as source_invalid_reason
    from renamed
    inner join compared on compared.result_id = renamed.result_id
    where compared.has_todays_key or compared.stands_under_todays_key = 0
)

select * from typed
