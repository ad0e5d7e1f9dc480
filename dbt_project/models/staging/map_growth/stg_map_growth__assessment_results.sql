-- One row per MAP Growth test of AssessmentResults.
with

assessment_results as (
    {{ current_rows(source('map_growth', 'assessment_results'), source('files', 'cell_names')) }}
),

renamed as (
    select
        'assessment_results' as feed,
        'assessment_results|' || record_key as result_id,
        coalesce(instance, '') as source_instance,
        {{ cell_text('test_id') }} as test_id,
        upper({{ cell_text('growth_measure_yn') }}) in ('TRUE', 'Y', 'YES')
            as is_growth_measure,
        {{ map_growth_test_columns() }}
    from assessment_results
)

select * from renamed
