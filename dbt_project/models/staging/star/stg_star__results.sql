-- One row per Star test. What an export without ids brought is left out where the same test stands
-- with its id, and of several keys of one test without id the newest load stands.
{%- set pairs = [
    ('fall', 'fall'), ('fall', 'winter'), ('fall', 'spring'),
    ('spring', 'fall'), ('spring', 'spring'), ('winter', 'spring')
] %}
with

results as (
    {{ current_rows(source('star', 'results'), source('files', 'cell_names')) }}
),

renamed as (
    select
        record_key as result_id,
        coalesce(instance, '') as source_instance,
        {{ cell_text('_product') }} as product,
        {{ cell_text('assessment_id') }} as assessment_id,
        {{ cell_text('student_identifier') }} as student_identifier,
        {{ cell_text('student_sourced_id') }} as student_sourced_id,
        {{ cell_text('student_state_id') }} as student_state_id,
        {{ cell_text('student_user_id') }} as student_user_id,
        {{ cell_text('student_display_id') }} as student_display_id,
        {{ cell_text('student_first_name') }} as first_name,
        {{ cell_text('student_last_name') }} as last_name,
        {{ cell_text('school_year') }} as school_year_text,
        {{ cell_text('assessment_type') }} as assessment_type,
        {{ cell_text('assessment_status') }} as assessment_status,
        {{ cell_text('deactivation_reason') }} as deactivation_reason,
        coalesce(
            {{ cell_text('grade') }}, {{ cell_text('current_grade') }}
        ) as test_grade_code,
        {{ cell_text('screening_period_window_name') }} as window_text,
        {{ cell_text('renaissance_benchmark_category_name') }} as performance_level_code,
        {{ vendor_date(cell_text('birth_date')) }} as birth_date,
        -- local wall time although it ends in Z: its date part is the day of the test, as it
        -- stands
        {{ vendor_date(cell_text('completed_date_local')) }} as administered_on,
        {{ vendor_time_of_day(cell_text('completed_date_local')) }} as test_time,
        {{ cell_text('scaled_score') }} as scaled_score_text,
        {{ cell_text('unified_score') }} as unified_score_text,
        {{ cell_text('percentile_rank') }} as percentile_rank_text,
        {{ cell_text('normal_curve_equivalent') }} as normal_curve_equivalent_text,
        {{ cell_text('grade_equivalent') }} as grade_equivalent_text,
        {{ cell_text('lexile') }} as lexile_text,
        {{ cell_text('quantile') }} as quantile_text,
        {{ cell_text('current_sgp') }} as current_sgp_text,
        {%- for from_window, to_window in pairs %}
            {{ cell_text('student_growth_percentile_' ~ from_window ~ '_' ~ to_window) }}
                as sgp_{{ from_window }}_{{ to_window }}_text,
        {%- endfor %}
        source_ref as _source_ref,
        load_id as _load_id,
        loaded_at as _loaded_at
    from results
),

-- the same student, product and moment are one test; where one of two states no time of day, the
-- same day and score
compared as (
    select
        renamed.result_id,
        renamed.assessment_id,
        renamed.student_identifier,
        renamed.test_time,
        count(renamed.assessment_id) over same_moment as identified_at_the_moment,
        count(renamed.assessment_id) over same_score as identified_on_the_day,
        count(case when renamed.test_time is null then renamed.assessment_id end) over same_score
            as identified_without_time,
        row_number() over (
            partition by
                renamed.product, renamed.student_identifier, renamed.administered_on,
                renamed.test_time, renamed.assessment_id
            order by renamed._load_id desc, renamed.result_id
        ) as repeat_number
    from renamed
    window
        same_moment as (
            partition by
                renamed.product, renamed.student_identifier, renamed.administered_on,
                renamed.test_time,
                case when renamed.test_time is null then renamed.scaled_score_text end
        ),
        same_score as (
            partition by
                renamed.product, renamed.student_identifier, renamed.administered_on,
                renamed.scaled_score_text
        )
),

standing as (
    select compared.result_id
    from compared
    where
        compared.assessment_id is not null
        or compared.student_identifier is null
        or (
            compared.repeat_number = 1
            and compared.identified_at_the_moment = 0
            and compared.identified_without_time = 0
            and (compared.test_time is not null or compared.identified_on_the_day = 0)
        )
),

typed as (
    select
        renamed.result_id,
        renamed.source_instance,
        renamed.product,
        renamed.assessment_id,
        renamed.student_identifier,
        renamed.student_sourced_id,
        renamed.student_state_id,
        renamed.student_user_id,
        renamed.student_display_id,
        renamed.first_name,
        renamed.last_name,
        renamed.school_year_text,
        renamed.assessment_type,
        renamed.assessment_status,
        renamed.deactivation_reason,
        renamed.test_grade_code,
        renamed.window_text,
        renamed.performance_level_code,
        renamed.birth_date,
        renamed.administered_on,
        renamed.test_time,
        renamed.scaled_score_text,
        renamed.unified_score_text,
        renamed.percentile_rank_text,
        renamed.normal_curve_equivalent_text,
        renamed.grade_equivalent_text,
        renamed.lexile_text,
        renamed.quantile_text,
        renamed.current_sgp_text,
        {%- for from_window, to_window in pairs %}
            renamed.sgp_{{ from_window }}_{{ to_window }}_text,
        {%- endfor %}
        renamed._source_ref,
        renamed._load_id,
        renamed._loaded_at,
        {{ vendor_school_year('renamed.school_year_text') }} as reported_school_year,
        {{ domain_numeric('renamed.scaled_score_text', 0, 1400) }} as scaled_score,
        {{ domain_numeric('renamed.percentile_rank_text', 1, 99) }} as percentile_rank,
        {%- for from_window, to_window in pairs %}
            {{ domain_numeric('renamed.sgp_' ~ from_window ~ '_' ~ to_window ~ '_text', 1, 99) }}
                as sgp_{{ from_window }}_{{ to_window }},
        {%- endfor %}
        {{ domain_numeric('renamed.current_sgp_text', 1, 99) }} as current_sgp,
        -- the vendor's rule: a reason of any kind means that the test does not count
        case
            when renamed.deactivation_reason is not null
                or lower(renamed.assessment_status) = 'deactivated' then 'deactivated'
        end as source_invalid_reason
    from renamed
    inner join standing on standing.result_id = renamed.result_id
)

select * from typed
