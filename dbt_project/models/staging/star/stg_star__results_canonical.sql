-- One row per Star test, in the shape that every source of results shares.
with

results as (
    select * from {{ ref('stg_star__results') }}
),

canonical as (
    select
        'star' as source,
        'results' as feed,
        results.result_id,
        results.source_instance,
        'Star ' || results.product as assessment_identifier,
        case results.product
            when 'SR' then 'Star Reading'
            when 'SM' then 'Star Math'
            when 'SEL' then 'Star Early Literacy'
            when 'SRS' then 'Star Reading Spanish'
            when 'SMS' then 'Star Math Spanish'
            when 'SELS' then 'Star Early Literacy Spanish'
            else 'Star ' || results.product
        end as assessment_title,
        'star' as assessment_family,
        results.product as subject_code,
        -- each edition is a product of its own
        cast(null as {{ dbt.type_string() }}) as language_code,
        coalesce(results.reported_school_year, {{ school_year_of('results.administered_on') }})
            as school_year,
        lower(results.window_text) as window_name,
        results.test_grade_code,
        results.administered_on,
        results.test_time,
        'star: vendor norm' as norm_set,
        results.performance_level_code,
        results.source_invalid_reason,
        -- every active test stands for itself: the latest decides, none replaces another
        false as is_superseded,
        results._source_ref,
        results._load_id,
        results._loaded_at
    from results
)

select * from canonical
