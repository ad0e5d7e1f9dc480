-- One row per MAP Growth test, in the shape that every source of results shares.
with

tests as (
    select * from {{ ref('stg_map_growth__tests') }}
),

ranked as (
    select
        tests.feed,
        tests.result_id,
        tests.source_instance,
        tests.test_grade_code,
        tests.term_name,
        tests.course,
        tests.norms_reference_data,
        tests.test_name,
        tests.administered_on,
        tests.test_start_time,
        tests._source_ref,
        tests._load_id,
        tests._loaded_at,
        -- the vendor's rule for several tests of one course in one term: the growth measure
        -- first, then the lowest standard error. A test without a score or a usable id replaces
        -- nothing, nor does one that is still to come on the day of the report. One test that two
        -- accounts list is one
        dense_rank() over (
            partition by
                tests.student_id, tests.course, tests.term_name,
                case
                    when tests.test_rit_score is null
                        or tests.student_id is null
                        or tests.administered_on > {{ as_of_date() }} then tests.result_id
                end
            order by
                case when tests.is_growth_measure then 0 else 1 end,
                tests.test_standard_error nulls last,
                tests.administered_on desc nulls last,
                tests.test_start_time desc nulls last,
                {{ key_in_instance('tests.result_id', 'tests.source_instance') }}
        ) as preference
    from tests
),

canonical as (
    select
        'map_growth' as source,
        ranked.feed,
        ranked.result_id,
        ranked.source_instance,
        ranked.test_name as assessment_identifier,
        ranked.test_name as assessment_title,
        'map_growth' as assessment_family,
        ranked.course as subject_code,
        -- the course names the edition
        cast(null as {{ dbt.type_string() }}) as language_code,
        coalesce(
            {{ vendor_school_year('ranked.term_name') }},
            {{ school_year_of('ranked.administered_on') }}
        ) as school_year,
        lower({{ dbt.split_part('ranked.term_name', "' '", 1) }}) as window_name,
        ranked.test_grade_code,
        ranked.administered_on,
        ranked.test_start_time as test_time,
        'map_growth: ' || lower(ranked.norms_reference_data) || ' norms' as norm_set,
        -- the achievement quintile is a place in the norm, not a level: it stands among the
        -- scores
        cast(null as {{ dbt.type_string() }}) as performance_level_code,
        -- the export leaves invalid tests out, so no reason can come with a row
        cast(null as {{ dbt.type_string() }}) as source_invalid_reason,
        ranked.preference > 1 as is_superseded,
        ranked._source_ref,
        ranked._load_id,
        ranked._loaded_at
    from ranked
)

select * from canonical
